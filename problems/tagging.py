"""Tags from the topic model for problems that nobody has tagged; authors and staff have the last word."""

import logging

from django.db import transaction

from ml import estimators, registry, revisions
from ml.estimators.topics import Tagged
from problems.models import Problem, ProblemTag, Tag
from problems.services.catalogue import publish_problems

logger = logging.getLogger(__name__)
ESTIMATOR = "topic_tagger"
BATCH = 500
MODEL = ProblemTag.Source.MODEL


def text_of(problem) -> str:
    """What the model reads: titles, statements and notes; no tags, which it is to find."""
    parts = ("title", "statement", "notes")
    return "\n".join(filter(None, (getattr(problem, f"{part}_{code}") for part in parts for code in ("ko", "en"))))


def training_data() -> Tagged:
    """Published problems with the tags that people gave them."""
    rows = Problem.objects.published().with_tags().order_by("pk")
    found = [(text_of(row), [link.tag.slug for link in row.problem_tags.all() if link.source != MODEL]) for row in rows]
    tagged = [(text, tags) for text, tags in found if tags]
    return Tagged([text for text, _tags in tagged], [tags for _text, tags in tagged])


def untagged():
    """Problems that no person has tagged: those without tags, and those that only the model has tagged before."""
    by_people = ProblemTag.objects.exclude(source=MODEL).values("problem")
    return Problem.objects.exclude(pk__in=by_people)


def tag_untagged(problems=None) -> int:
    """Write the model's tags for untagged problems (default: all), in place of what it said before; returns how many got any.

    Raises
    ------
    LookupError : the topic model has not been trained yet.
    """
    base = registry.production("problems", ESTIMATOR, revisions.current())
    if base is None:
        raise LookupError("The topic model is not trained yet: manage.py train problems --family topic_tagger")
    model, tags = estimators.get(ESTIMATOR), {tag.slug: tag for tag in Tag.objects.all()}
    rows = list((untagged() if problems is None else problems & untagged()).order_by("pk"))
    count = 0
    for start in range(0, len(rows), BATCH):
        batch = rows[start : start + BATCH]
        found = model.predict(base, [text_of(row) for row in batch])
        links = [
            ProblemTag(problem=row, tag=tags[slug], source=MODEL, probability=round(share, 4), position=place)
            for row, given in zip(batch, found, strict=True)
            for place, (slug, share) in enumerate((slug, share) for slug, share in given if slug in tags)
        ]
        with transaction.atomic():
            ProblemTag.objects.filter(problem__in=batch, source=MODEL).delete()
            ProblemTag.objects.bulk_create(links)
            publish_problems(batch)
        count += len({link.problem_id for link in links})
    return count


def tag_nightly() -> int:
    """Scheduled after the nightly training: `tag_untagged`; where there is no topic model yet, nothing is to be done."""
    try:
        return tag_untagged()
    except LookupError as error:
        logger.info("problems not tagged: %s", error)
        return 0
