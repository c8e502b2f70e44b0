"""Problems from files (`import_items problems`): upserted by external id, in a few queries for all."""

import math
import re

from django.core.exceptions import ValidationError
from django.db.models import prefetch_related_objects
from django.utils import timezone
from django.utils.text import slugify

from problems.models import Like, Problem, ProblemTag, Tag
from problems.models.catalogue import HIGHEST, LOWEST
from problems.querysets import tags_prefetch
from recommendations.importing import values

COLUMNS = ("level", "moa_level", "title_en", "title_ko", "statement_en", "statement_ko", "author", "source", "licence")
LENGTHS = {"title_en": 200, "title_ko": 200, "author": 300, "source": 300, "licence": 200}
STATEMENT_LENGTH = 50_000
HANGUL = re.compile("[가-힣]")
QUOTED = re.compile(r"""['"]\s*,\s*['"]""")
TAGS = 1000
TAG_LENGTH = 60
CHUNK = 2000
WRITE = 200


def import_problems(rows):
    """`import_items` of problems. New ones are published: a catalogue without tests is there to be recommended.

    `level` is on the scale of 0–30 that solved.ac uses, and is halved, rounded up; `moa_level` is 1–15.
    `title` and `text` go to the language they are written in (Korean where they hold Hangul).
    """
    known = (
        Problem.objects.filter(external_id__in=[row["id"] for row in rows])
        .with_tags()
        .in_bulk(field_name="external_id")
    )
    tags = _tags([tag for row in rows for tag in _names(row)])
    outcomes, touched, slugs = [], set(), _Slugs(rows)
    for row in rows:
        problem = known.get(row["id"])
        try:
            changes = _changes(row)
            if problem is None:
                problem = Problem(
                    external_id=row["id"],
                    slug=slugs.make(row["id"]),
                    status=Problem.Status.PUBLISHED,
                    created_at=row.get("created_at") or values.EPOCH,
                    **changes,
                )
                if not problem.title_ko and not problem.title_en:
                    raise values.BadValue("title is empty")
                outcomes.append((problem, "created"))
            else:
                outcomes.append((problem, _update(problem, changes, touched)))
        except values.BadValue as error:
            outcomes.append(ValidationError(str(error)))
    _write(rows, outcomes, touched, tags)
    return outcomes


def level_of(value, name="level", highest=30):
    """A level 1–15 from one of 0–30 (halved, rounded up; 0, unrated, is 1), or of 1–15 as it is."""
    number = values.number(value, name)
    if number is None:
        return LOWEST
    if not 0 <= number <= highest:
        raise values.BadValue(f"{name}: {value!r} is not between 0 and {highest}")
    return max(LOWEST, math.ceil(number * HIGHEST / highest))


def _changes(row):
    changes = {}
    for name in ("title", "text"):
        if name in row:
            korean = bool(HANGUL.search(row[name] or ""))
            field = "title" if name == "title" else "statement"
            changes[f"{field}_{'ko' if korean else 'en'}"] = row[name] or ""
    for name in set(COLUMNS) & set(row) - {"level", "moa_level"}:
        if row[name] or name not in changes:  # an empty column does not take back what `title` or `text` said
            changes[name] = row[name] or ""
    if row.get("level"):
        changes["level"] = level_of(row["level"])
    if row.get("moa_level"):
        changes["level"] = level_of(row["moa_level"], "moa_level", HIGHEST)
    for name, value in changes.items():
        if isinstance(value, str) and len(value) > LENGTHS.get(name, STATEMENT_LENGTH):
            changes[name] = value[: LENGTHS.get(name, STATEMENT_LENGTH)]
    if row.get("created_at"):
        changes["created_at"] = row["created_at"]
    return changes


def _update(problem, changes, touched):
    """Set what differs; the fields that did are added to `touched`."""
    differing = {name for name, value in changes.items() if getattr(problem, name) != value}
    for name in differing:
        setattr(problem, name, changes[name])
    touched |= differing
    return "updated" if differing else "unchanged"


class _Slugs:
    """Slugs from external ids, none twice. With a letter, for digits alone are an id in addresses."""

    def __init__(self, rows):
        wanted = {self.base(row["id"]) for row in rows}
        self.taken = set(Problem.objects.filter(slug__in=wanted).values_list("slug", flat=True))

    @staticmethod
    def base(identifier):
        return f"problem-{slugify(identifier)[:60]}".rstrip("-")

    def make(self, identifier):
        slug = self.base(identifier)
        if slug in self.taken or slug == "problem":
            slug = f"{slug}-{identifier.encode().hex()[:12]}"
        self.taken.add(slug)
        return slug


def _names(row):
    """The names of a row's tags; catalogues also write them as Python lists: `['dp', 'two pointers']`."""
    parts = [part for name in row.get("tags") or [] for part in QUOTED.split(name)]
    return [name for part in parts if (name := part.strip(" []'\""))]


def key_of(name):
    """What names of a tag are compared by: `Data structures` and `data_structures` are one."""
    return re.sub(r"[\s_–-]+", "_", name.casefold()).strip("_")


def known_tags():
    """Key of a name → tag, by slug and by Korean and English name."""
    return {key_of(name): tag for tag in Tag.objects.all() for name in (tag.name_ko, tag.name_en, tag.slug)}


def _tags(names):
    """Key of a name → tag, found or made."""
    known = known_tags()
    missing = {}
    for name in names:
        key = key_of(name)
        if key and key not in known and len(known) < TAGS * 3:
            clean = " ".join(name.split())[:TAG_LENGTH]
            slug = slugify(key.replace("-", "_"))[:TAG_LENGTH] or f"tag_{name.encode().hex()[:12]}"
            missing.setdefault(key, Tag(slug=slug, name_ko=clean, name_en=clean))
    # Two spellings may still meet in one slug; the first stands for both.
    Tag.objects.bulk_create(missing.values(), ignore_conflicts=True)
    made = {tag.slug: tag for tag in Tag.objects.filter(slug__in=[tag.slug for tag in missing.values()])}
    known.update({key: made[tag.slug] for key, tag in missing.items() if tag.slug in made})
    return known


def _write(rows, outcomes, touched, tags):
    done = [(row, *outcome) for row, outcome in zip(rows, outcomes, strict=True) if isinstance(outcome, tuple)]
    Problem.objects.bulk_create([problem for _row, problem, how in done if how == "created"], batch_size=WRITE)
    updated = [problem for _row, problem, how in done if how == "updated"]
    if updated:
        for problem in updated:
            problem.updated_at = timezone.now()
        Problem.objects.bulk_update(updated, sorted({*touched, "updated_at"}), batch_size=WRITE)
    tagged = [
        (problem, [tags[key_of(name)] for name in _names(row) if key_of(name) in tags])
        for row, problem, _how in done
        if "tags" in row
    ]
    changed = set(set_tags(tagged, new={problem.pk for _row, problem, how in done if how == "created"}))
    # With their tags, for the caller publishes them.
    prefetch_related_objects([problem for _row, problem, _how in done], tags_prefetch())
    for number, outcome in enumerate(outcomes):
        if isinstance(outcome, tuple) and outcome[1] == "unchanged" and outcome[0].pk in changed:
            outcomes[number] = (outcome[0], "updated")


def set_tags(tagged, source=ProblemTag.Source.AUTHOR, new=frozenset()):
    """Give problems their tags of one source, in order; those of staff stay. Returns the keys of problems that changed.

    `tagged` is a list of (problem, tags); problems come with their tags read (`with_tags`) or are among the keys `new`.
    """
    added, removed, changed = [], [], []
    for problem, tags in tagged:
        now = list(problem.problem_tags.all()) if problem.pk not in new else []
        wanted = list(dict.fromkeys(tag.pk for tag in tags))
        old = [row for row in now if row.source == source]
        if [row.tag_id for row in old] == wanted:
            continue
        kept = {row.tag_id for row in now if row.source != source}
        removed += [row.pk for row in old]
        added += [
            ProblemTag(problem=problem, tag_id=pk, source=source, position=place)
            for place, pk in enumerate(wanted)
            if pk not in kept
        ]
        changed.append(problem.pk)
    for n in range(0, len(removed), CHUNK):
        ProblemTag.objects.filter(pk__in=removed[n : n + CHUNK]).delete()
    ProblemTag.objects.bulk_create(added, batch_size=CHUNK)
    for problem, _tags_of in tagged:
        getattr(problem, "_prefetched_objects_cache", {}).pop("problem_tags", None)
    return changed


def apply_likes(events):
    """Like rows for the likes among unsaved `events`; False for those of something liked already."""
    likes = [event for event in events if event.verb == "like"]
    members = sorted({event.user_id for event in likes})
    known = set()
    for n in range(0, len(members), CHUNK):
        known.update(Like.objects.filter(user_id__in=members[n : n + CHUNK]).values_list("user_id", "problem_id"))
    outcome, rows = [], []
    for event in events:
        pair = (event.user_id, int(event.item_id))
        made = event.verb != "like" or pair not in known
        outcome.append(made)
        if made and event.verb == "like":
            known.add(pair)
            rows.append(Like(user_id=pair[0], problem_id=pair[1], created_at=event.occurred_at))
    Like.objects.bulk_create(rows, batch_size=CHUNK)
    return outcome
