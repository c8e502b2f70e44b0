"""Writes: one function per thing that can happen to the log, a model or the catalogue."""

from __future__ import annotations

import datetime as dt
import hashlib
import math
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from ml import revisions
from ml.families.history import fixed
from recommendations import catalogue, log, personal, tokens
from recommendations.domains import CLIENT_VERBS, Domain, UnknownDomain, UnknownVerb, domains
from recommendations.models import CatalogueEntry, Event
from recommendations.publishing import publish, withdraw  # noqa: F401  one place to call for writes
from recommendations.row_keys import drop_rows

CLOCK_SKEW = dt.timedelta(minutes=5)
EARLIEST = dt.datetime(1970, 1, 2, tzinfo=dt.UTC)


class EventError(ValueError):
    """An event that cannot be recorded; `field` names the culprit, `code` is `invalid`, `not_found` or `forbidden`."""

    def __init__(self, field: str, message: str, code: str = "invalid"):
        super().__init__(message)
        self.field, self.code = field, code


def record_event(
    *,
    domain: str,
    item: Any,
    verb: str,
    user=None,
    visitor: str | None = None,
    value: float | None = None,
    context: str = "",
    occurred_at: dt.datetime | None = None,
    client_id: str | None = None,
    recommendation_id: str | None = None,
    by_site: bool = False,
) -> tuple[Event, bool]:
    """Record that a member or visitor did `verb` to `item` (a row or its id); the member's model learns it at once.

    Returns the event and whether it is new: the same `client_id` again, or a like of something liked, gives the earlier one.

    Raises
    ------
    EventError : unknown domain or verb, an item that the caller may not see, a time in the future, a number that is none.
    """
    kind = _domain(domain)
    if verb not in kind.verbs:
        raise EventError("verb", UnknownVerb(verb, list(kind.verbs)).sentence)
    if not by_site and verb not in CLIENT_VERBS:
        raise EventError(
            "verb", _("“%(verb)s” is recorded by the site itself and cannot be posted.") % {"verb": verb}, "forbidden"
        )
    if user is None and not visitor:
        raise EventError("user", _("An event belongs to a member or to a visitor."))
    if value is not None and not math.isfinite(value):
        raise EventError("value", _("The value must be a finite number."))
    when = _time(occurred_at)
    feed, version = tokens.origin(recommendation_id, kind.name)
    numbers = revisions.current()
    row, item_id, ref = _find(kind, item, user, numbers)
    fields: dict[str, Any] = {
        "domain": kind.name,
        "item_id": item_id,
        "revision_id": ref,
        "verb": verb,
        "value": value,
        "context": context,
        "occurred_at": when,
        "client_key": hashlib.sha256(client_id.encode()).hexdigest() if client_id else None,
        "feed": feed,
        "model_version": version,
    }
    try:
        if user is None:
            return _record_visitor(visitor, fields)
        return _record_member(user, kind, row, fixed(kind.weight(verb, numbers)), fields)
    except IntegrityError:
        known = _known(fields["client_key"], user=user, visitor=visitor)
        if known is None:
            raise
        return known, False


def _domain(name: str) -> Domain:
    try:
        return domains[name]
    except UnknownDomain as error:
        raise EventError("domain", error.sentence) from None


def _time(occurred_at: dt.datetime | None) -> dt.datetime:
    now = timezone.now()
    if occurred_at is None:
        return now
    if occurred_at > now + CLOCK_SKEW:
        raise EventError("occurred_at", _("An event cannot be in the future."))
    if occurred_at < EARLIEST:
        raise EventError("occurred_at", _("An event cannot be before 1970."))
    return min(occurred_at, now)


def _find(kind: Domain, item: Any, user, numbers) -> tuple[Any, str, int]:
    """(row, id, ref) of an item that the caller may see.

    For a listed item that everybody may see memory knows id and ref; whoever reads its row fetches it then.
    """
    if isinstance(item, (str, int)):
        ref = catalogue.live(kind.name).known_ref(str(item), numbers) if kind.listed_is_visible else None
        if ref is not None:
            return SimpleLazyObject(partial(_visible, kind, item, user)), str(item), ref
        item = _visible(kind, item, user)
    return item, str(item.pk), _ref(kind, item, numbers)


def _visible(kind: Domain, item: str | int, user):
    try:
        return kind.get_visible(user=user).get(pk=item)
    except (kind.get_visible(user=user).model.DoesNotExist, ValueError, TypeError, OverflowError):
        message = _("There is no such item in “%(domain)s” that you may see.") % {"domain": kind.name}
        raise EventError("item", message, "not_found") from None


def _ref(kind: Domain, row, numbers) -> int:
    """The revision of `row` as it is now; published on the way where somebody forgot to."""
    ref = catalogue.live(kind.name).known_ref(str(row.pk), numbers)
    if ref is None:
        ref = (
            CatalogueEntry.objects.filter(domain=kind.name, item_id=str(row.pk))
            .values_list("revision_id", flat=True)
            .first()
        )
    return publish(kind.name, [row])[0] if ref is None else ref


def _known(client_key: str | None, *, user=None, visitor=None) -> Event | None:
    if not client_key:
        return None
    return Event.objects.filter(client_key=client_key, **({"user": user} if user else {"visitor": visitor})).first()


def _record_visitor(visitor: str | None, fields: dict) -> tuple[Event, bool]:
    known = _known(fields["client_key"], visitor=visitor)
    if known:
        return known, False
    with transaction.atomic():
        return Event.objects.create(visitor=visitor, **fields), True


def _record_member(user, kind: Domain, row, weight: int, fields: dict) -> tuple[Event, bool]:
    outcome: list = [None, False]

    def change(state):
        outcome[:] = _known(fields["client_key"], user=user), False
        if outcome[0] is None and not kind.apply(user, row, fields["verb"]):
            outcome[0] = latest_event(user, kind.name, fields["item_id"], fields["verb"])
        if outcome[0] is None:
            learned = 0 if state["paused"] else weight
            event = log.append(Event(user=user, sequence=state["sequence"] + 1, weight=learned, **fields))
            personal.learn(state, event)
            outcome[:] = event, True
        return state

    personal.write(user.pk, kind, change)
    return outcome[0], outcome[1]


def latest_event(user, domain: str, item_id: str, verb: str) -> Event | None:
    return Event.objects.filter(user=user, domain=domain, item_id=item_id, verb=verb).order_by("-sequence").first()


def forget_event(user, event_id: int) -> bool:
    """Forget one of the member's events exactly: the model is as if it had never been. False when there is none of that id."""
    event = Event.objects.filter(user=user, pk=event_id).first()
    return event is not None and _forget(user, domains[event.domain], [event.pk]) == 1


def undo(user, domain: str, n: int = 1) -> int:
    """Forget the member's last `n` events of a domain; returns how many there were."""
    kind = domains[domain]
    done = Event.objects.filter(user=user, domain=domain, forgotten_at=None)
    done = done.exclude(verb__in=(personal.PAUSE, personal.RESUME, "impression"))  # nobody means what was merely shown
    return _forget(user, kind, list(done.order_by("-sequence").values_list("pk", flat=True)[:n]))


def take_back(*, user, domain: str, item: Any, verb: str) -> bool:
    """Undo the latest `verb` on an item (unlike, leave): event forgotten, row reverted. False when there was none."""
    item_id = str(getattr(item, "pk", item))
    kind = domains[domain]
    with transaction.atomic():
        event = latest_event(user, domain, item_id, verb)
        if event is None:
            kind.revert(user, item_id, verb)  # a row from before the log, or whose event was reset
            return False
        return _forget(user, kind, [event.pk]) == 1


def _forget(user, kind: Domain, event_ids: list[int]) -> int:
    count = 0

    def change(state):
        nonlocal count
        events = Event.objects.select_for_update().filter(pk__in=event_ids, user=user, forgotten_at=None)
        count = 0
        for event in events.exclude(verb__in=(personal.PAUSE, personal.RESUME)):
            personal.unlearn(state, event)
            kind.revert(user, event.item_id, event.verb)
            _empty(event)
            count += 1
        return state

    personal.write(user.pk, kind, change)
    return count


def _empty(event: Event) -> None:
    event.item_id = event.verb = event.context = event.feed = event.model_version = ""
    event.revision = event.value = event.visitor = None
    event.weight = 0
    event.forgotten_at = timezone.now()
    event.save()


def pause(user, domain: str) -> None:
    """Stop learning in a domain: events go on being recorded, with weight 0."""
    _switch(user, domains[domain], True)


def resume(user, domain: str) -> None:
    _switch(user, domains[domain], False)


def _switch(user, kind: Domain, paused: bool) -> None:
    def change(state):
        if state["paused"] != paused:
            verb = personal.PAUSE if paused else personal.RESUME
            now = timezone.now()
            event = Event.objects.create(
                user=user, domain=kind.name, sequence=state["sequence"] + 1, verb=verb, occurred_at=now
            )
            personal.learn(state, event)
        return state

    personal.write(user.pk, kind, change)


def reset(user, domain: str) -> None:
    """Erase a member's model and its log; likes and memberships on the site stay."""
    personal.erase(user.pk, domains[domain])
    drop_rows(domain, user.pk)


def adopt_visitor(visitor: str, user) -> int:
    """Replay a visitor's events into the new member's models, once: they become the member's own. Returns how many."""
    count = 0
    with transaction.atomic():
        # by domain first: two logins at once lock the member's models in the same order
        events = list(
            Event.objects.select_for_update().filter(visitor=visitor, user=None).order_by("domain", "occurred_at", "pk")
        )
        for event in events:
            if event.domain in domains:
                count += _adopt(event, user, domains[event.domain])
    return count


def _adopt(event: Event, user, kind: Domain) -> bool:
    row = kind.get_visible(user=user).filter(pk=event.item_id).first()

    def change(state):
        known = _known(event.client_key, user=user) is not None
        if known or (row is not None and not kind.apply(user, row, event.verb)):
            event.delete()  # the member had done it already
            return state
        event.user, event.visitor, event.sequence = user, None, state["sequence"] + 1
        event.weight = 0 if state["paused"] or event.verb not in kind.verbs else fixed(kind.weight(event.verb))
        event.save(update_fields=["user", "visitor", "sequence", "weight"])
        return personal.learn(state, event)

    personal.write(user.pk, kind, change)
    return event.pk is not None
