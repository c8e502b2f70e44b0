"""Reasons in words for positions of a feed."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from problems.models import Tag
from recommendations.feeds import Scene
from recommendations.reasons import title_of


def each(order: Iterable[int], say: Callable[[int], str]) -> dict[int, list[str]]:
    """Position → what `say` says of it."""
    return {int(position): [sentence] if (sentence := say(int(position))) else [] for position in order}


def title(scene: Scene, row: int) -> str:
    """The short title of a catalogue row."""
    return title_of(scene.snapshot.catalogue.items[row].text)


def tag_names(slugs: Iterable[str]) -> dict[str, str]:
    """Slug → name in the reader's language; one query."""
    wanted = {slug for slug in slugs if slug}
    names = {tag.slug: tag.name for tag in Tag.objects.filter(slug__in=wanted)} if wanted else {}
    return {slug: names.get(slug, slug) for slug in wanted}


def percent(share: float) -> int:
    return round(100 * float(share))
