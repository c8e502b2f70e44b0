"""Reads: feeds, a member's models, their history. Nothing here writes (but a model that its store lost is healed)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from django.utils import timezone
from django.utils.functional import lazy

from ml import families as ml_families
from ml import parameters, revisions, rollout
from ml.families.base import Base, Personal
from ml.store import stores
from recommendations import cards, catalogue, personal, reasons, shadow, tokens
from recommendations.domains import Domain, domains
from recommendations.feeds import Feed, Ranking, Scene
from recommendations.models import Event
from recommendations.opened import opened

MAX_N = 100
NONE: Mapping[str, Any] = MappingProxyType({})


@dataclass
class Ranked:
    id: str
    score: float
    reasons: list[str]
    found: cards.Found

    @property
    def row(self) -> Any:
        """The model instance."""
        return self.found.row


@dataclass
class FeedResult:
    recommendation_id: str
    domain: str
    feed: str
    model: dict[str, Any]
    items: list[Ranked]


def bases_of(domain: Domain, numbers: Mapping[str, int], user=None) -> dict[str, Base]:
    """The bases that serve `user` by family: production's, or a canary's; a family that was never trained is left out."""
    member = None if user is None else user.pk
    found = {family: rollout.base_for(domain.name, family, numbers, member) for family in domain.families}
    return {family: base for family, base in found.items() if base is not None}


def open_models(
    bases: Mapping[str, Base], delta: Mapping[str, Any], live: catalogue.Catalogue, context: Mapping[str, Any] = NONE
) -> dict[str, Personal]:
    """Each family's personal model over one delta, which they share; for reading only."""
    models = {family: ml_families.get(family).open(base, delta, live) for family, base in bases.items()}
    for model in models.values():
        model.context = context
    return models


def version_label(bases: Mapping[str, Base]) -> str:
    """Versions of the bases in a few letters, for responses and tokens."""
    return "+".join(f"{family}@{base.version[:6]}" for family, base in bases.items())


def scene_for(
    domain: Domain,
    feed: Feed,
    *,
    user=None,
    at: dt.datetime,
    numbers: Mapping[str, int],
    item: str | None = None,
    options: Mapping[str, str] = NONE,
    params: Mapping[str, Any] | None = None,
    state: personal.State | None = None,
) -> tuple[Scene, dict]:
    """The scene of a request, and the bases that it is served by.

    `params` None: the feed's parameters in force. `state` None: the member's own; another one is for previews, and not kept.
    """
    snapshot = catalogue.live(domain.name).snapshot(numbers)
    if params is None:
        params = parameters.get(f"{domain.name}.{feed.name}", numbers) if feed.parameters else {}
    used = feed.used_families(params)
    bases = {family: base for family, base in bases_of(domain, numbers, user).items() if family in used}
    keep = user is not None and feed.personal and state is None
    if user is None or not feed.personal:
        state = None
    elif state is None:
        state = personal.load(user.pk, domain)
    learned = opened(domain.name, user.pk if keep else None, state or personal.new_state(domain.name), snapshot)
    context = {"at": at.timestamp(), **domain.context(user, at)}
    scene = Scene(
        snapshot=snapshot,
        models=learned.serve(bases, context),
        history=learned.learned.history,
        trace=learned.trace,
        params=params,
        at=at.timestamp(),
        item=item,
        offered=feed.offered(domain, user, at, options),
        options=options,
        kept=learned.scores,
    )
    if state is not None:
        scene.events, scene.personal = state["events"], True
        scene.done = domain.get_done(user)
        scene.keywords = lazy(domain.keywords, str)(user)  # asked for only by feeds that read it
        scene.region = float(user.region_id or 0)
    return scene, bases


def feed(
    domain: str,
    feed: str,
    *,
    user=None,
    visitor=None,
    n: int = 8,
    offset: int = 0,
    at=None,
    item: str | None = None,
    options: Mapping[str, str] = NONE,
) -> FeedResult:
    """The items offset … offset+n of a feed, with reasons; rows in one query. `options`: see `Feed.options`.

    Raises
    ------
    recommendations.domains.Unknown : no such domain or feed.
    """
    kind = domains[domain]
    how = kind.feed(feed)
    when = at or timezone.now()
    numbers = revisions.current()
    scene, bases = scene_for(kind, how, user=user, at=when, numbers=numbers, item=item, options=options)
    ranked = how.rank(scene, offset + n)
    if user is not None:
        shadow.compare(kind, how, scene, bases, ranked, offset + n, numbers)
    items = _fetch(kind, scene, how, ranked, user, when, offset, n)
    version = version_label(bases)
    model = {
        "family": "+".join(bases) or how.name,
        "version": version,
        "personal": bool(scene.personal and scene.events and how.families),
        "events": scene.events,
    }
    return FeedResult(tokens.issue(kind.name, how.name, short_version(bases)), kind.name, how.name, model, items)


def preview(
    domain: str,
    feed: str,
    params: Mapping[str, Any],
    user=None,
    *,
    n: int = 8,
    at=None,
    numbers=None,
    state: personal.State | None = None,
) -> tuple[Scene, Ranking]:
    """What `feed` would rank for `user` with these parameters instead of those in force; nothing is issued or recorded.

    `state`: what the member would have learned, where that differs.
    """
    kind = domains[domain]
    how = kind.feed(feed)
    known = revisions.current() if numbers is None else numbers
    moment = at or timezone.now()
    scene, _bases = scene_for(kind, how, user=user, at=moment, numbers=known, params=params, state=state)
    return scene, how.rank(scene, n)


def short_version(bases: Mapping[str, Base]) -> str:
    return "+".join(base.version[:6] for base in bases.values())


def _fetch(kind: Domain, scene: Scene, how: Feed, ranked: Ranking, user, when, offset: int, n: int) -> list[Ranked]:
    order, scores = ranked.order[offset : offset + n], ranked.scores[offset : offset + n]
    ids = [scene.snapshot.ids[position] for position in order]
    rows = cards.find(kind, ids, user=user, at=when)
    why = reasons.short(kind, scene, ranked, order)
    return [
        Ranked(item_id, round(float(score), 6), why[int(position)], rows[item_id])
        for item_id, score, position in zip(ids, scores, order, strict=True)
        if item_id in rows
    ]


def model_row(user, domain: Domain, numbers: Mapping[str, int]) -> dict[str, Any]:
    """One domain's model of a member, in numbers (`me/models/`)."""
    state = personal.load(user.pk, domain)
    bases = bases_of(domain, numbers, user)
    models = open_models(bases, state["delta"], catalogue.live(domain.name).snapshot(numbers).catalogue)
    top = models["naive_bayes"].top(5) if "naive_bayes" in models and state["events"] else []
    names = domain.label_names([label for label, _ in top])
    last = personal.log(user.pk, domain.name).order_by("-sequence").values_list("recorded_at", "forgotten_at").first()
    return {
        "domain": domain.name,
        "families": list(domain.families),
        "base_version": version_label(bases),
        "events": state["events"],
        "sequence": state["sequence"],
        "bytes": stores[domain.store].size(personal.key(user.pk, domain.name)),
        "digest": personal.digest_of(state),
        "paused": state["paused"],
        "updated_at": max(filter(None, last)) if last else None,
        "top": [{"label": label, "name": names.get(label, label), "change": round(change, 6)} for label, change in top],
    }


def model_rows(user) -> list[dict[str, Any]]:
    numbers = revisions.current()
    return [model_row(user, domain, numbers) for domain in domains]


def history(user, domain: str):
    """What the member's model of a domain learned and forgot, newest first."""
    return personal.log(user.pk, domains[domain].name).select_related("revision").order_by("-sequence")


def explain(user, domain: str, item_id: str) -> dict[str, Any]:
    """Why an item scores as it does for a member: parts by family that add up, own model against base.

    Raises
    ------
    LookupError : the item is not in the catalogue.
    """
    kind = domains[domain]
    numbers = revisions.current()
    scene, _bases = scene_for(kind, kind.feed("for-you"), user=user, at=timezone.now(), numbers=numbers)
    if item_id not in scene.snapshot.position:
        raise LookupError(item_id)
    return reasons.full(kind, scene, scene.snapshot.position[item_id])


def events_of(user) -> Any:
    return Event.objects.filter(user=user)
