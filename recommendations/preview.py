"""What a draft would do to feeds: each chosen member's list before and after, what moved, and which parts moved it.

Both lists come from the code that serves members, with the parameters handed in; nothing is stored, issued or recorded.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Case, IntegerField, Q, When
from django.utils import timezone

from ml import revisions
from ml.models import ParameterDraft
from recommendations import cards, preview_change, selectors
from recommendations.domains import Domain, domains
from recommendations.feeds import Feed, Ranking
from recommendations.models import Event
from recommendations.preview_change import Change

N = 8
DEEPER = 4  # where an item went is looked up in a list so many times as long
RECENT = 20_000  # events that typical members are looked for in
REGULAR = 10  # events of a member who knows the place
LEAST = 1e-3  # a part that moved by less explains nothing


@dataclass
class Place:
    """One item of a list: its place (1 first), that in the other list (None: not among its first ones), what changed."""

    id: str
    title: str
    score: float
    place: int
    other: int | None
    position: int
    why: list[tuple[Any, float]] = field(default_factory=list)
    way: int = 0  # 1 up, -1 down (`preview_words`)
    says: str = ""

    @property
    def moved(self) -> int | None:
        """How many places up (negative: down) from before to after; for lists of after."""
        return None if self.other is None else self.other - self.place


@dataclass
class Comparison:
    """A member's feed before and after. `kind`: which typical member it is, empty for a chosen one."""

    user: Any
    kind: str
    events: int
    before: list[Place]
    after: list[Place]
    #: names of changed parameters that are no part of the score: what orders the list after it was added up
    others: list[Any] = field(default_factory=list)

    @property
    def same(self) -> bool:
        return [place.id for place in self.before] == [place.id for place in self.after]


def feeds_of(draft: ParameterDraft) -> list[tuple[Domain, Feed]]:
    """All feeds that can be previewed; those that the draft changes come first."""
    found = [(domain, feed) for domain in domains for feed in domain.feeds if feed.parameters and not feed.needs_item]
    return sorted(found, key=lambda pair: scope_of(*pair) not in draft.values)


def scope_of(domain: Domain, feed: Feed) -> str:
    return f"{domain.name}.{feed.name}"


def elsewhere(draft: ParameterDraft, domain: Domain, feed: Feed) -> list[str]:
    """Scopes that the draft changes and the preview of this feed does not show."""
    return [scope for scope in draft.values if scope not in preview_change.concerned(domain, feed)]


def compare(domain: Domain, feed: Feed, change: Change, user: Any, kind: str = "", n: int = N) -> Comparison:
    """The member's list before and after the change, at the same moment over the same trained models."""
    at, numbers = timezone.now(), revisions.current()
    state = preview_change.relearned(user.pk, domain, change.weights) if change.weights and feed.personal else None
    old = _Side(domain, feed, change.before, user, at, numbers, n)
    new = _Side(domain, feed, change.after, user, at, numbers, n, state)
    before = [_place(old, new, place) for place in range(len(old.order))]
    after = [_place(new, old, place) for place in range(len(new.order))]
    names = {p.name: p.label or p.name for p in feed.parameters}
    for place in (*before, *after):
        place.why = [(names.get(part, part), moved) for part, moved in _changes(old.ranked, new.ranked, place.position)]
    parts = {*old.ranked.parts, *new.ranked.parts}
    others = [names.get(name, name) for name, _old, _new in change.named if name not in parts]
    return Comparison(user, kind, old.scene.events, before, after, others)


class _Side:
    """A feed ranked with one set of parameters."""

    def __init__(self, domain: Domain, feed: Feed, params: Mapping, user: Any, at, numbers, n: int, state=None):
        how = {"n": n, "at": at, "numbers": numbers, "state": state}
        self.scene, self.ranked = selectors.preview(domain.name, feed.name, params, user, **how)
        ids = [self.scene.snapshot.ids[position] for position in self.ranked.order]
        there = cards.find(domain, ids, user=user, at=at)
        kept = [place for place, item in enumerate(ids) if item in there]
        self.order: list[int] = [int(self.ranked.order[place]) for place in kept]
        self.scores: list[float] = [float(self.ranked.scores[place]) for place in kept]
        deeper = feed.rank(self.scene, DEEPER * n).order.tolist()
        self.places = {position: place for place, position in enumerate(deeper, 1)}
        self.places.update({position: place for place, position in enumerate(self.order, 1)})


def _place(side: _Side, other: _Side, place: int) -> Place:
    position = side.order[place]
    item = side.scene.snapshot.item(position)
    title = item.text.split("\n", 1)[0][:80]
    return Place(item.id, title, side.scores[place], place + 1, other.places.get(position), position)


def _changes(before: Ranking, after: Ranking, position: int) -> list[tuple[str, float]]:
    """The parts of the score that moved most for one item, strongest first."""
    moved = {}
    for part in {*before.parts, *after.parts}:
        old, new = (float(r.parts[part][position]) if part in r.parts else 0.0 for r in (before, after))
        if abs(new - old) >= LEAST:
            moved[part] = new - old
    return sorted(moved.items(), key=lambda pair: -abs(pair[1]))[:3]


# -- whose feeds -------------------------------------------------------------------------------------------------------


def typical(domain: Domain) -> dict[str, Any]:
    """`newcomer`, `regular` and `fan` of one category → a member, of those the recent events know; who is missing is left out."""
    rows = (
        Event.objects.filter(domain=domain.name, forgotten_at=None, weight__gt=0, user__is_active=True)
        .order_by("-pk")
        .values_list("user_id", "revision__label")[:RECENT]
    )
    labels: dict[int, Counter] = defaultdict(Counter)
    for user, label in rows.iterator():
        labels[user][label or ""] += 1
    found: dict[str, int] = {}
    known = sorted((user for user in labels if labels[user].total() >= REGULAR), key=lambda u: (labels[u].total(), u))
    if known:
        found["fan"] = max(known, key=lambda user: (_share(labels[user]), labels[user].total()))
        others = [user for user in known if user != found["fan"]] or known
        found["regular"] = others[len(others) // 2]
    users = get_user_model().objects
    members = users.in_bulk(found.values())
    newcomer = _newcomer(domain, users) or _least(labels, users, set(found.values()))
    named = {kind: members[pk] for kind, pk in found.items()}
    return {**({"newcomer": newcomer} if newcomer else {}), **dict(reversed(named.items()))}


def _newcomer(domain: Domain, users: Any) -> Any:
    """The latest member without an event in the domain."""
    seen = Event.objects.filter(domain=domain.name, user__isnull=False).values("user_id")
    return users.filter(is_active=True, is_staff=False).exclude(pk__in=seen).order_by("-pk").first()


def _least(labels: Mapping[int, Counter], users: Any, taken: set[int]) -> Any:
    """Who did least, where everybody did something."""
    rest = sorted((counts.total(), user) for user, counts in labels.items() if user not in taken)
    return users.filter(pk=rest[0][1]).first() if rest else None


def _share(labels: Counter) -> float:
    own = {label: n for label, n in labels.items() if label}
    return max(own.values(), default=0) / labels.total()


def members_like(text: str, most: int = 8) -> list[Any]:
    """Members whose nickname or e-mail address holds the text, those that begin with it first."""
    if len(text := text.strip()) < 2:
        return []
    rows = (
        get_user_model().objects.filter(is_active=True).filter(Q(nickname__icontains=text) | Q(email__icontains=text))
    )
    first = Case(When(nickname__istartswith=text, then=0), default=1, output_field=IntegerField())
    return list(rows.order_by(first, "nickname", "pk")[:most])


def members_named(text: str, most: int = 5) -> tuple[list[Any], list[str]]:
    """(Members by e-mail address or nickname, names that nobody has); names stand between commas."""
    names = list(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))[:most]
    rows = get_user_model().objects.filter(Q(email__in=names) | Q(nickname__in=names))
    found = {key: row for row in rows for key in (row.email, row.nickname)}
    chosen = list(dict.fromkeys(found[name] for name in names if name in found))
    return chosen, [name for name in names if name not in found]
