"""Feeds: named ways to fill a list. A feed ranks a `Scene`, which serving and evaluation each build."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from django.utils.translation import gettext_lazy as _

from ml.families.history import History
from ml.families.rows import history_rows
from ml.families.trace import Trace
from ml.parameters import Parameter
from recommendations import ranking
from recommendations.catalogue import Snapshot

if TYPE_CHECKING:
    from recommendations.domains import Domain


@dataclass
class Scene:
    """All that a feed may look at. `models` are opened families of the domain (`Personal`; some offer more than that).

    For `done`, `keywords`, `region` and `offered` see `Domain`; `trace` is empty in domains that keep none; `options` are
    the request's values of `Feed.options`.
    """

    snapshot: Snapshot
    models: Mapping[str, Any]
    params: Mapping[str, Any]
    at: float
    history: History = field(default_factory=History)
    events: int = 0
    personal: bool = False
    done: frozenset[str] | set[str] = frozenset()
    keywords: str = ""
    region: float = 0.0
    item: str | None = None
    trace: Trace = field(default_factory=Trace)
    offered: Collection[str] | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    #: scores of families that do not read the context, kept as long as what they follow from stays the same
    kept: dict[str, np.ndarray] = field(default_factory=dict)

    def open(self) -> np.ndarray:
        """Mask of items that can be shown at the moment, to whom the scene is for."""
        mask = self.snapshot.open_at(self.at)
        if self.offered is not None:
            there = np.zeros(len(mask), bool)
            there[[self.snapshot.position[item] for item in self.offered if item in self.snapshot.position]] = True
            mask &= there
        return mask

    def candidates(self) -> np.ndarray:
        """Mask of items open at the moment that the member is not through with and did not reject."""
        mask = self.open()
        for item_id in self.done:
            if item_id in self.snapshot.position:
                mask[self.snapshot.position[item_id]] = False
        return mask

    def touched(self) -> tuple[np.ndarray, np.ndarray]:
        """Masks (seen, rejected) of the items in the member's history."""
        rows, liked, disliked = history_rows(self.history, self.snapshot.catalogue)
        items, position = self.snapshot.catalogue.items, self.snapshot.position
        at = np.array([position.get(items[row].id, -1) for row in rows.tolist()], np.int64)
        seen, rejected = np.zeros(len(self.snapshot), bool), np.zeros(len(self.snapshot), bool)
        seen[at[(at >= 0) & (liked > 0)]] = True
        rejected[at[(at >= 0) & (disliked > liked)]] = True
        return seen, rejected

    def score(self, family: str) -> np.ndarray:
        """The family's scores of all items; nobody may write to them."""
        if family in self.kept:
            return self.kept[family]
        model = self.models.get(family)
        scores = np.zeros(len(self.snapshot), np.float32) if model is None else model.score(self.snapshot.rows)
        if model is not None and not model.family.contextual:
            self.kept[family] = scores
        return scores


@dataclass
class Ranking:
    """Positions in the snapshot, best first, with their scores in 0–1; `parts` name what a score was added up from.

    `reasons` are what the feed itself says of positions, in the reader's words; for the others the strongest parts speak.
    """

    order: np.ndarray
    scores: np.ndarray
    parts: dict[str, np.ndarray] = field(default_factory=dict)
    reasons: Mapping[int, list[str]] = field(default_factory=dict)


class Feed:
    """Subclass, set `name` and `parameters`, implement `rank`."""

    name = ""
    verbose_name: Any = ""
    parameters: tuple[Parameter, ...] = ()
    #: families that `rank` reads
    families: tuple[str, ...] = ()
    needs_item = False
    #: whether the member matters; False saves reading their model
    personal = True
    #: further arguments of a request that the feed reads (`scene.options`), such as "tag"; all texts, all optional
    options: tuple[str, ...] = ()
    #: whether visitors have no use for it
    members_only = False

    def offered(self, domain: Domain, user, at: dt.datetime, options: Mapping[str, str]) -> Collection[str] | None:
        """What may be in the list (`Domain.offered`), where the request's options narrow it."""
        return domain.offered(user, at)

    def errors(self, options: Mapping[str, str]) -> Mapping[str, str]:
        """What is wrong with a request's options, in the reader's words: option → message."""
        return {}

    def used_families(self, params: Mapping[str, Any]) -> tuple[str, ...]:
        """The families that `rank` reads with these parameters."""
        return self.families

    def rank(self, scene: Scene, n: int) -> Ranking:
        """The best n positions of the scene."""
        raise NotImplementedError

    def _plain(self, scene: Scene, scores: np.ndarray, mask: np.ndarray, n: int, part: str) -> Ranking:
        order = ranking.top(scores, mask, n)
        return Ranking(order, ranking.to_unit(ranking.standardise(scores, mask)[order]), {part: scores})


class Latest(Feed):
    name, verbose_name, personal = "latest", _("Latest"), False

    def rank(self, scene, n):
        return self._plain(scene, scene.snapshot.created, scene.open(), n, "fresh")


class Popular(Feed):
    name, verbose_name, families, personal = "popular", _("Popular"), ("popularity",), False

    def rank(self, scene, n):
        return self._plain(scene, scene.score("popularity"), scene.open(), n, "popular")


class Similar(Feed):
    """Items like one item: by who did both, and by text."""

    name, verbose_name, families, needs_item = "similar", _("Similar"), ("item_item", "content"), True
    parameters = (
        Parameter(
            "together",
            default=0.5,
            min=0.0,
            max=1.0,
            help=_("Share of “done by the same people” against similar text."),
        ),
    )

    def rank(self, scene, n):
        snapshot = scene.snapshot
        mask = scene.candidates()
        position = snapshot.position.get(scene.item)
        if position is None:
            return Ranking(np.zeros(0, np.int64), np.zeros(0))
        mask[position] = False
        row = int(snapshot.rows[position])
        total = np.zeros(len(snapshot), np.float32)
        for family, weight in (("item_item", scene.params["together"]), ("content", 1 - scene.params["together"])):
            model = scene.models.get(family)
            if model is not None:
                total += weight * ranking.standardise(model.similar(row)[snapshot.rows], mask)
        return self._plain(scene, total, mask, n, "similar")


class CategoryBaseline(Feed):
    """The policy that this site replaces: the newest items of the member's best category, then of the second."""

    name, verbose_name, families = "baseline", _("Newest of your categories"), ("naive_bayes",)
    parameters = (
        Parameter(
            "first", label=_("Of the best category"), default=6, min=0, max=50, help=_("How many of the best category.")
        ),
        Parameter(
            "second", label=_("Of the second category"), default=2, min=0, max=50, help=_("How many of the second.")
        ),
        Parameter(
            "season",
            label=_("Season's keywords"),
            default="",
            help=_("Keywords of the season that visitors and newcomers are served by."),
        ),
    )

    def rank(self, scene, n):
        snapshot, mask = scene.snapshot, scene.candidates()
        share = label_shares(scene, scene.params["season"])
        best = sorted(range(len(snapshot.label_names)), key=lambda k: -share.get(snapshot.label_names[k], 0.0))
        first, second = int(scene.params["first"]), int(scene.params["second"])
        picks: list[int] = []
        for label, count in zip(best, (first, second), strict=False):
            picks.extend(ranking.top(snapshot.created, mask & (snapshot.labels == label), count))
        if len(picks) < n:  # further pages: all of the best category by age, then the next
            rest = mask.copy()
            rest[picks] = False
            rank_of = np.empty(len(best), np.float64)
            rank_of[best] = np.arange(len(best))
            scores = -rank_of[snapshot.labels] if len(best) else np.zeros(len(snapshot))
            picks.extend(ranking.top(scores, rest, n - len(picks)))
        order = np.array(picks[:n], dtype=np.int64)
        return Ranking(order, np.linspace(1, 0, len(order) + 1)[:-1], {"label": np.zeros(len(snapshot), np.float32)})


def label_shares(scene: Scene, season: str = "") -> dict[str, float]:
    """How much of each label the text model sees in a member: own classes, profile keywords; the season for everyone else."""
    model = scene.models.get("naive_bayes")
    if model is None:
        return {}
    text = " ".join(part for part in (str(scene.keywords), "" if scene.personal else season) if part)
    shares: dict[str, float] = dict(model.affinity(text))
    if scene.personal:
        for label, lift in model.label_lift().items():
            shares[label] = shares.get(label, 0.0) + lift
    return shares
