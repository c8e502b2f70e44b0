"""Clubs and activities from files: cleaned as a form's input is, upserted by external id, in a few queries for all."""

from collections import Counter

from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import Region
from activities.cleaning import fill
from activities.models import Activity, Club, Like
from common import html
from recommendations.importing import categories, values

CLUB_COLUMNS = ("intro", "region")
ACTIVITY_COLUMNS = ("intro", "region", "place", "capacity", "recruit_start", "recruit_end", "starts_at", "ends_at")
MOMENTS = ("recruit_start", "recruit_end", "starts_at", "ends_at")
CHUNK = 2000
WRITE = 200


def import_clubs(rows):
    """`import_items` of clubs. Clubs have no tags of their own: those of the file only stand in for a category."""
    return _Upsert(Club, {"title": "name", "text": "info"}, plain=("info", "info_text")).run(rows)


def import_activities(rows):
    """`import_items` of activities: open ones, without club and recruiting window unless the file says otherwise."""
    return _Upsert(Activity, {"text": "content"}, plain=("content", "content_text")).run(rows)


class _Upsert:
    """One batch of rows into one model."""

    def __init__(self, model, names, plain):
        self.model, self.names, self.plain = model, names, plain
        self.fields = {field.name for field in model._meta.fields}

    def run(self, rows):
        if not rows:
            return []
        known = self._known([row["id"] for row in rows])
        found = categories.find_or_make([row["category"] for row in rows if row.get("category")])
        default = categories.default() if len(found) < len(rows) else None
        regions = _regions() if any(row.get("region") for row in rows) else {}
        outcomes, touched = [], set()
        for row in rows:
            instance = known.get(row["id"])
            try:
                changes = self._changes(row, found, regions)
                if instance is None:
                    changes.setdefault("category", default or categories.default())
                    new = self.model(external_id=row["id"], created_at=row.get("created_at") or values.EPOCH)
                    outcomes.append((fill(new, changes), "created"))
                else:
                    outcomes.append((instance, self._update(instance, row, changes, touched)))
            except values.BadValue as error:
                outcomes.append(ValidationError(str(error)))
            except ValidationError as error:
                outcomes.append(error)
        self._write([outcome for outcome in outcomes if isinstance(outcome, tuple)], touched)
        return outcomes

    def _known(self, ids):
        joins = [name for name in ("category", "region", "club") if name in self.fields]
        rows = self.model.objects.select_related(*joins).filter(external_id__in=ids)
        return {row.external_id: row for row in rows.select_for_update(of=("self",))}

    def _changes(self, row, found, regions):
        changes = {}
        for ours, value in row.items():
            field = self.names.get(ours, ours)
            if field not in self.fields or ours in ("id", "created_at", "category", "region"):
                continue
            if field in MOMENTS:
                value = values.schedule(value, field)
            elif field == "capacity":
                value = _whole(value, field)
            changes[field] = value
        if row.get("category"):
            if isinstance(found[row["category"]], ValidationError):
                raise found[row["category"]]
            changes["category"] = found[row["category"]]
        if row.get("region"):
            changes["region"] = _region(row["region"], regions)
        return changes

    def _update(self, instance, row, changes, touched):
        """Set what differs; the fields that did are added to `touched`."""
        if row.get("created_at"):
            changes["created_at"] = row["created_at"]
        before = {field: getattr(instance, field) for field in changes}
        fill(instance, changes)
        differing = {field for field in changes if getattr(instance, field) != before[field]}
        touched |= differing
        return "updated" if differing else "unchanged"

    def _write(self, outcomes, touched):
        self.model.objects.bulk_create([row for row, done in outcomes if done == "created"], batch_size=WRITE)
        updated = [row for row, done in outcomes if done == "updated"]
        if updated:
            # A bulk update asks no field what to do before saving.
            rich, words = self.plain
            for row in updated:
                setattr(row, words, html.plain(getattr(row, rich)))
                row.updated_at = timezone.now()
            self.model.objects.bulk_update(updated, sorted({*touched, words, "updated_at"}), batch_size=WRITE)


def _regions():
    names = {}
    for region in Region.objects.all():
        names.update(dict.fromkeys((region.slug, region.name_ko, region.name_en.casefold()), region))
    return names


def _region(name, regions):
    region = regions.get(name) or regions.get(name.casefold())
    if region is None:
        raise values.BadValue(f"region: there is no {name[:40]!r}")
    return region


def _whole(value, name):
    if value and not value.isdecimal():
        raise values.BadValue(f"{name}: {value[:40]!r} is not a whole number")
    return int(value) if value else None


def apply_likes(events):
    """Like rows for the likes among unsaved `events`; False for those of something liked already."""
    likes = [event for event in events if event.verb == "like"]
    known = _liked(likes)
    outcome, rows = [], []
    for event in events:
        pair = (event.user_id, int(event.item_id))
        made = event.verb != "like" or pair not in known
        outcome.append(made)
        if made and event.verb == "like":
            known.add(pair)
            rows.append(Like(user_id=pair[0], activity_id=pair[1], created_at=event.occurred_at))
    Like.objects.bulk_create(rows, batch_size=CHUNK)
    _count(rows)
    return outcome


def _liked(likes):
    """(member, activity) pairs among the members of `likes` that are rows already."""
    members = sorted({event.user_id for event in likes})
    items = {int(event.item_id) for event in likes}
    known = set()
    for n in range(0, len(members), CHUNK):
        pairs = Like.objects.filter(user_id__in=members[n : n + CHUNK]).values_list("user_id", "activity_id")
        known.update(pair for pair in pairs.iterator(chunk_size=CHUNK) if pair[1] in items)
    return known


def _count(rows):
    """Add new likes to the activities' numbers: one query for each number of likes, not for each activity."""
    by_number = {}
    for activity, number in Counter(row.activity_id for row in rows).items():
        by_number.setdefault(number, []).append(activity)
    for number, activities in by_number.items():
        for n in range(0, len(activities), CHUNK):
            Activity.objects.filter(pk__in=activities[n : n + CHUNK]).adjust("like_count", number)
