"""Lists with a purpose: new to me, loved but not eaten lately, popular in my group, light, within a budget."""

from __future__ import annotations

import datetime as dt

import numpy as np
from django.core.cache import cache
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meals.feeds.blend import weight
from meals.feeds.variety import ORDER, VARIETY, arranged
from meals.models import Order
from ml.parameters import Parameter
from recommendations import ranking
from recommendations.feeds import Feed, Ranking, Scene

TASTE = weight("taste_share", 1.0, gettext_lazy("Taste"), gettext_lazy("Weight of the member's own taste."))
MODELS = ("boosting", "content_choice", "popularity")
HALF = 4  # own orders with which the own model counts half beside content


def taste(scene: Scene, mask: np.ndarray) -> np.ndarray:
    """The own model's score beside that of content, which stands alone for newcomers; popularity where neither is trained."""
    if "content_choice" not in scene.models:
        own = scene.personal and scene.events and "boosting" in scene.models
        return ranking.standardise(scene.score("boosting" if own else "popularity"), mask)
    count = float(orders(scene)[0].sum()) if scene.personal and "boosting" in scene.models else 0.0
    content = ranking.standardise(scene.score("content_choice"), mask)
    if not count:
        return content
    warm = count / (count + HALF)
    return warm * ranking.standardise(scene.score("boosting"), mask) + (1 - warm) * content


def numbers(scene: Scene, name: str) -> np.ndarray:
    items = scene.snapshot.catalogue.items
    return np.array([items[row].numbers.get(name, 0.0) for row in scene.snapshot.rows.tolist()])


def orders(scene: Scene) -> tuple[np.ndarray, np.ndarray]:
    """(how often the member ordered each position, unix time of the last order; 0: never)."""
    count, last = np.zeros(len(scene.snapshot)), np.zeros(len(scene.snapshot))
    chosen = scene.trace.verb == ORDER
    for ref, time in zip(scene.trace.ref[chosen].tolist(), scene.trace.time[chosen].tolist(), strict=True):
        item = scene.snapshot.catalogue.get(ref)
        position = scene.snapshot.position.get(item.id) if item is not None else None
        if position is not None:
            count[position] += 1
            last[position] = max(last[position], time)
    return count, last


class Discover(Feed):
    """Good for the member and new to them: dishes that they never ordered, of kinds that they seldom order."""

    name, verbose_name, families = "discover", gettext_lazy("New to you"), MODELS
    parameters = (
        TASTE,
        weight("novelty", 0.5, gettext_lazy("Novelty"), gettext_lazy("What seldom ordered kinds and dishes gain.")),
        *VARIETY,
    )

    def rank(self, scene, n):
        count, _last = orders(scene)
        mask = scene.candidates() & ~scene.touched()[1]
        mask = mask & (count == 0) if (mask & (count == 0)).any() else mask
        labels = scene.snapshot.labels
        kinds = np.bincount(labels, count, max(len(scene.snapshot.label_names), 1))[labels] if len(labels) else count
        rare = -ranking.standardise(np.log1p(kinds), mask) - 0.5 * ranking.standardise(scene.score("popularity"), mask)
        parts = {"habit": scene.params["taste_share"] * taste(scene, mask), "new": scene.params["novelty"] * rare}
        return _ranked(scene, parts, mask, n)


class Again(Feed):
    """Loved, and not eaten lately."""

    name, verbose_name, families, members_only = "again", gettext_lazy("It has been a while"), MODELS, True
    parameters = (
        TASTE,
        Parameter(
            "pause", 10, min=0, max=365, label=gettext_lazy("Not eaten for"), unit=gettext_lazy("days"),
            help=gettext_lazy("Dishes ordered within so many days are left out."),
        ),
        *VARIETY,
    )  # fmt: skip

    def rank(self, scene, n):
        count, last = orders(scene)
        mask = scene.candidates() & ~scene.touched()[1] & (count > 0)
        mask &= last < scene.at - scene.params["pause"] * ranking.DAY
        loved = ranking.standardise(np.log1p(count), mask)
        parts = {"again": loved, "habit": scene.params["taste_share"] * taste(scene, mask)}
        ranked = _ranked(scene, parts, mask, n)
        days = {int(at): int((scene.at - last[at]) // ranking.DAY) for at in ranked.order}
        ranked.reasons = {
            at: [_("Ordered %(count)s times, last %(days)s days ago") % {"count": int(count[at]), "days": ago}]
            for at, ago in days.items()
        }
        return ranked


class Healthy(Feed):
    """Light meals first, of those that the member likes."""

    name, verbose_name, families = "healthy", gettext_lazy("Light meals"), MODELS
    parameters = (
        TASTE,
        Parameter(
            "calories", 600, min=100, max=2000, label=gettext_lazy("Calories"), unit=gettext_lazy("kcal"),
            help=gettext_lazy("Dishes with more come after all others, and those without a figure."),
        ),
        weight("light", 1.0, gettext_lazy("Lightness"), gettext_lazy("What fewer calories and milder dishes gain.")),
        *VARIETY,
    )  # fmt: skip

    def rank(self, scene, n):
        calories, mask = numbers(scene, "calories"), scene.candidates() & ~scene.touched()[1]
        fits = mask & (calories > 0) & (calories <= scene.params["calories"])
        mask = fits if fits.any() else mask
        light = -ranking.standardise(calories + 30 * numbers(scene, "spiciness"), mask)
        parts = {"light": scene.params["light"] * light, "habit": scene.params["taste_share"] * taste(scene, mask)}
        ranked = _ranked(scene, parts, mask, n)
        ranked.reasons = {
            int(at): [_("%(calories)s kcal") % {"calories": int(calories[at])}] for at in ranked.order if calories[at]
        }
        return ranked


class Budget(Feed):
    """What costs little, of what the member likes."""

    name, verbose_name, families = "budget", gettext_lazy("Good and cheap"), MODELS
    parameters = (
        TASTE,
        Parameter(
            "price", 9000, min=1000, max=100_000, label=gettext_lazy("Price"), unit=gettext_lazy("won"),
            help=gettext_lazy("Dishes that cost more are left out, as long as there are cheaper ones."),
        ),
        weight("cheap", 1.0, gettext_lazy("Cheapness"), gettext_lazy("What cheaper dishes gain.")),
        *VARIETY,
    )  # fmt: skip

    def rank(self, scene, n):
        price, mask = numbers(scene, "price"), scene.candidates() & ~scene.touched()[1]
        fits = mask & (price <= scene.params["price"])
        mask = fits if fits.any() else mask
        parts = {
            "cheap": -scene.params["cheap"] * ranking.standardise(price, mask),
            "habit": scene.params["taste_share"] * taste(scene, mask),
        }
        ranked = _ranked(scene, parts, mask, n)
        ranked.reasons = {int(at): [_("%(price)s won") % {"price": f"{int(price[at]):,}"}] for at in ranked.order}
        return ranked


def group_orders(group: int) -> dict[str, int]:
    """Food → how often a group ordered it in the last 30 days; some minutes old."""

    def count() -> dict[str, int]:
        since = timezone.now() - dt.timedelta(days=30)
        found = Order.objects.live().filter(group=group, created_at__gte=since).order_by()
        return {str(food): n for food, n in found.values_list("food_id").annotate(n=Count("pk"))}

    return cache.get_or_set(f"meals:group-orders:{group}", count, 300) if group else {}


class PopularInGroup(Feed):
    """What is ordered most in the member's group."""

    name, verbose_name, families = "popular", gettext_lazy("Popular in your group"), ("popularity",)

    def rank(self, scene, n):
        mask = scene.open()
        scores = np.array(scene.score("popularity"), np.float32)
        model = scene.models.get("popularity")
        counts = group_orders(int(model.context.get("group", 0))) if model is not None else {}
        own = np.array([counts.get(item_id, 0) for item_id in scene.snapshot.ids], np.float32)
        if own.any():  # everybody's popularity decides between dishes that the group ordered equally often
            scores = own + ranking.to_unit(ranking.standardise(scores, mask))
        return self._plain(scene, scores, mask, n, "popular")


def _ranked(scene: Scene, parts: dict[str, np.ndarray], mask: np.ndarray, n: int) -> Ranking:
    total = np.sum(list(parts.values()), axis=0, dtype=np.float32)
    order = arranged(scene, total, mask, n)
    return Ranking(order, ranking.to_unit(total[order]), parts)
