"""What a draft changes for one feed: its parameters, what verbs weigh in the domain, what the families are trained with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ml import parameters
from ml.families.history import fixed
from ml.models import ParameterDraft
from ml.training import declare_family_parameters
from recommendations import model_settings, personal
from recommendations.domains import Domain
from recommendations.feeds import Feed
from recommendations.models import Event

#: where the parts that are no parameter of the feed are kept beside them
WEIGHTS, TRAINING = "@weights", "@training"


@dataclass(frozen=True)
class Change:
    """`before`, `after`: the feed's parameters; `weights`: verbs that weigh something else; `training`: families' settings."""

    before: Mapping[str, Any]
    after: Mapping[str, Any]
    weights: Mapping[str, float] = field(default_factory=dict)
    training: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def named(self) -> list[tuple[str, Any, Any]]:
        """(parameter of the feed, before, after), those that differ."""
        return [
            (name, self.before.get(name), value) for name, value in self.after.items() if self.before.get(name) != value
        ]

    @property
    def anything(self) -> bool:
        return bool(self.named or self.weights or self.training)

    def packed(self) -> dict[str, Any]:
        """`after` with the rest, for a JSON column."""
        more = {WEIGHTS: dict(self.weights), TRAINING: dict(self.training)}
        return {**self.after, **{name: part for name, part in more.items() if part}}

    @classmethod
    def unpacked(cls, before: Mapping[str, Any], after: Mapping[str, Any]) -> Change:
        kept = dict(after)
        weights, training = kept.pop(WEIGHTS, {}), kept.pop(TRAINING, {})
        return cls(before, kept, weights, training)


def of(draft: ParameterDraft, domain: Domain, feed: Feed) -> Change:
    """What of the draft concerns the feed; values that are no longer allowed are left out (publishing names them)."""
    scope = f"{domain.name}.{feed.name}"
    before = parameters.get(scope) if feed.parameters else {}
    verbs = f"{domain.name}.verbs"
    weights = {verb: float(value) for verb, value in _allowed(draft, verbs).items() if value != domain.weight(verb)}
    training = {}
    for family in _families(domain, feed):
        now, then = model_settings.in_force(domain.name, family), _trained(draft, domain.name, family)
        if now != then:
            training[family] = then
    return Change(before, {**before, **_allowed(draft, scope)}, weights, training)


def concerned(domain: Domain, feed: Feed) -> set[str]:
    """The scopes that `of` looks at."""
    own = {f"{domain.name}.{feed.name}", f"{domain.name}.verbs", model_settings.scope_of(domain.name)}
    return own | {f"ml.{family}" for family in _families(domain, feed)}


def _families(domain: Domain, feed: Feed) -> list[str]:
    """Those of the domain that the feed may read."""
    return [family for family in domain.families if family in feed.families]


def _allowed(draft: ParameterDraft, scope: str) -> dict[str, Any]:
    found = {}
    for name, value in draft.values.get(scope, {}).items():
        try:
            found[name] = parameters.declared(scope, name).clean(value)
        except parameters.ParameterError:
            continue
    return found


def _trained(draft: ParameterDraft, domain: str, family: str) -> dict[str, Any]:
    """What the family would be trained with: the settings for all, overlaid with the domain's own, both as the draft has them."""
    declare_family_parameters()
    shared, own = f"ml.{family}", model_settings.scope_of(domain)
    for_all = {**parameters.get(shared), **_allowed(draft, shared)} if shared in parameters.scopes() else {}
    line = {**parameters.get(own), **_allowed(draft, own)}.get(family, "")
    return {**for_all, **model_settings.parse(family, line)}


# -- what a member's model would be --------------------------------------------------------------------------------------


def relearned(user_id: int, domain: Domain, weights: Mapping[str, float]) -> personal.State:
    """The member's state, had all of their log been learned with these weights; made in memory, nothing is stored."""
    events = personal.log(user_id, domain.name).order_by("sequence").iterator(chunk_size=2000)
    return personal.replay(_weighed(events, weights), domain=domain.name)


def _weighed(events: Iterable[Event], weights: Mapping[str, float]) -> Iterable[Event]:
    paused = False
    for event in events:
        if event.verb in (personal.PAUSE, personal.RESUME):
            paused = event.verb == personal.PAUSE
        elif event.verb in weights and event.forgotten_at is None and not paused:
            event.weight = fixed(weights[event.verb])
        yield event
