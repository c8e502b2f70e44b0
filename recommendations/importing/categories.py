"""Categories by the names that files give them; unknown ones are made."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils.text import slugify

from accounts.models import Category
from accounts.validators import clean_text
from common import html

LIMIT = 1000
NAME_LENGTH, SLUG_LENGTH = 100, 60
DEFAULT = "other"


def find_or_make(names: Iterable[str]) -> dict[str, Category | ValidationError]:
    """Name → category, found by slug or by Korean or English name, or made; a ValidationError where that cannot be."""
    known: dict[str, Category] = {}
    for category in Category.objects.order_by("-pk"):
        for name in (category.name_en, category.slug, category.name_ko):
            if name:
                known[name.casefold()] = category
    found: dict[str, Category | ValidationError] = {}
    for name in dict.fromkeys(names):
        try:
            found[name] = known.get(clean_text(name).casefold()) or _make(name, known)
        except ValidationError as error:
            found[name] = error
    return found


def default() -> Category:
    """The category of things that say nothing of theirs."""
    return Category.objects.filter(slug=DEFAULT).first() or find_or_make([DEFAULT])[DEFAULT]  # type: ignore[return-value]


def _make(name: str, known: dict[str, Category]) -> Category:
    clean = html.text(name, NAME_LENGTH)
    if not clean:
        raise ValidationError(f"category: {name[:40]!r} is no name")
    if len({category.pk for category in known.values()}) >= LIMIT:
        raise ValidationError(f"category: there are {LIMIT:,} categories already; is this column one of categories?")
    slug = slugify(clean, allow_unicode=True)[:SLUG_LENGTH].strip("-_")
    # A slug that lost characters must not stand for other names: the one of "C++" would be found for "C".
    if slug.casefold() != clean.casefold().replace(" ", "-") or slug.casefold() in known:
        slug = f"{slug[: SLUG_LENGTH - 9]}-{hashlib.sha256(clean.encode()).hexdigest()[:8]}".lstrip("-")
    order = (Category.objects.aggregate(last=Max("order"))["last"] or 0) + 1
    category = Category.objects.create(slug=slug, name_ko=clean, order=min(order, 32767))
    for key in (clean, slug):
        known[key.casefold()] = category
    return category
