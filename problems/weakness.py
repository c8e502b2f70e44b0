"""The weakness radar: by tag, how likely the model thinks that a member fails, beside how often they did."""

from django.utils import timezone

from ml import revisions
from problems.models import Tag
from recommendations import selectors
from recommendations.domains import domains

SHOWN = 10


def radar(user, count=SHOWN) -> list[dict]:
    """The tags that the member tried most, then those that the model thinks them weakest in.

    Each is `{tag, predicted, real, n}`: a Tag, the mean probability of failing its problems now, the share of own tries that
    failed (None without any) and how many tries that were. Empty where nothing was trained yet.
    """
    kind = domains["problems"]
    feed = kind.feed("vulnerable")
    scene, _bases = selectors.scene_for(kind, feed, user=user, at=timezone.now(), numbers=revisions.current())
    if "deepfm" not in scene.models:
        return []
    found = scene.models["deepfm"].by_tag()
    order = sorted(found, key=lambda slug: (-found[slug][2], -found[slug][0], slug))
    tags = Tag.objects.in_bulk(order, field_name="slug")
    return [_row(tags[slug], *found[slug]) for slug in order if slug in tags][:count]


def _row(tag, predicted, real, tries) -> dict:
    return {"tag": tag, "predicted": round(predicted, 4), "real": round(real, 4) if tries else None, "n": tries}
