"""Parameters on their way to members: drafts that several people edit, published in one step, taken back in one.

A draft holds whole values, never null: the default is a value like any other. What is in force when a value is chosen is kept
beside it, so that publishing notices what somebody else published meanwhile.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ml import parameters, revisions, training
from ml.models import ParameterChange, ParameterDraft, ParameterPublication, ParameterValue

Values = Mapping[str, Mapping[str, Any]]  # scope → name → value

FORMAT = "moa-parameters/1"
MAX_FILE = 1_000_000
TRAIL = 200  # edits that a draft remembers


class DraftError(ValueError):
    """What was asked of a draft is not possible; the message says why and what to do."""


class Conflict(DraftError):
    """Somebody else was faster. `changes`: [(scope.name, what was expected, what is there, who)]."""

    def __init__(self, message: str, changes: list[tuple[str, Any, Any, str]]):
        super().__init__(message)
        self.changes = changes


class Refused(DraftError):
    """Values that their declarations refuse; `errors`: scope.name → message."""

    def __init__(self, errors: Mapping[str, str]):
        super().__init__("; ".join(errors.values()))
        self.errors = dict(errors)


def in_force() -> dict[str, dict[str, Any]]:
    """All values that hold now."""
    training.declare_family_parameters()
    numbers = revisions.current()
    return {scope: parameters.get(scope, numbers) for scope in parameters.scopes()}


def cleaned(values: Any) -> dict[str, dict[str, Any]]:
    """`values` in their declared types; Refused names every culprit at once."""
    training.declare_family_parameters()
    if not isinstance(values, Mapping) or not all(isinstance(part, Mapping) for part in values.values()):
        raise DraftError(_("The values are not an object of objects: {scope: {name: value}}."))
    found: dict[str, dict[str, Any]] = {}
    errors: dict[str, str] = {}
    for scope, part in values.items():
        for name, value in part.items():
            try:
                found.setdefault(scope, {})[name] = parameters.declared(scope, name).clean(value)
            except parameters.ParameterError as error:
                text = str(error)  # of a declared parameter it begins with its name, without the scope
                errors[f"{scope}.{name}"] = f"{scope}.{text}" if text.startswith(f"{name}:") else text
    if errors:
        raise Refused(errors)
    return found


def create(name: str, values: Values | None = None, by=None, note: str = "") -> ParameterDraft:
    """A new draft with those of `values` that differ from what is in force."""
    name = name.strip()[:100] or _("Draft of %(day)s") % {"day": f"{timezone.localtime():%Y-%m-%d %H:%M}"}
    draft = ParameterDraft(name=name, note=note.strip()[:2000], owner=by, updated_by=by)
    _take(draft, cleaned(values or {}), by)
    draft.save()
    return draft


def save(pk: int, version: int, values: Values, by=None, **fields: str) -> ParameterDraft:
    """Overlay the draft's values; `fields`: name and note. A value that is in force already leaves the draft.

    Raises
    ------
    Conflict : the draft is no longer at `version`; nothing is saved.
    Refused : values outside their bounds; nothing is saved.
    """
    with transaction.atomic():
        draft = _open(pk, version, by)
        for field, text in fields.items():
            setattr(draft, field, text.strip()[:2000] if field == "note" else text.strip()[:100] or draft.name)
        _take(draft, cleaned(values), by)
        _next(draft, by)
    return draft


def discard(pk: int, version: int, by=None) -> ParameterDraft:
    with transaction.atomic():
        draft = _open(pk, version, by)
        draft.status = ParameterDraft.Status.DISCARDED
        _next(draft, by)
    return draft


def stale(draft: ParameterDraft) -> list[tuple[str, Any, Any, str]]:
    """What changed in force since the draft's values were chosen."""
    now = in_force()
    return [
        (f"{scope}.{name}", before, now[scope][name], _who(scope, name))
        for scope, part in draft.base.items()
        for name, before in part.items()
        if scope in now and name in now[scope] and now[scope][name] != before
    ]


def accept(pk: int, version: int, by=None) -> ParameterDraft:
    """Take note of what changed in force: the draft's values are kept and may be published over it."""
    with transaction.atomic():
        draft = _open(pk, version, by)
        values, draft.values, draft.base = _declared(draft.values, in_force()), {}, {}
        _take(draft, cleaned(values), by)
        _next(draft, by)
    return draft


def publish(pk: int, version: int, by=None, note: str = "") -> ParameterPublication:
    """Bring all values of a draft into force, in one transaction; every process serves them from its next request on.

    Raises
    ------
    Conflict : the draft was edited, or what is in force changed since a value was chosen.
    Refused : a declaration no longer allows a value.
    """
    with transaction.atomic():
        revisions.bump("parameters")  # publications queue up at this row
        draft = _open(pk, version, by)
        values = cleaned(draft.values)
        if not values:
            raise DraftError(_("The draft changes nothing; set a value first."))
        if changes := stale(draft):
            raise Conflict(
                _("Values in force have changed since they were chosen here; nothing was published."), changes
            )
        draft.note = note.strip()[:2000] or draft.note
        publication = ParameterPublication.objects.create(draft=draft, note=draft.note, by=by)
        for scope, part in values.items():
            for name, value in part.items():
                parameters.set(scope, name, value, by, why=draft.note or draft.name, publication=publication)
        draft.status, draft.published_at, draft.published_by = "published", timezone.now(), by
        _next(draft, by)
    return publication


def revert(publication: ParameterPublication, by=None, note: str = "") -> ParameterPublication:
    """Take a publication back, all of it or nothing; Conflict names what was changed again since."""
    if ParameterPublication.objects.filter(reverts=publication).exists():
        raise DraftError(_("This publication has been taken back already."))
    return _back(list(publication.changes.order_by("-id")), by, note, reverts=publication)


def revert_change(change: ParameterChange, by=None, note: str = "") -> ParameterPublication:
    """Take one change back."""
    return _back([change], by, note)


def _back(changes: list[ParameterChange], by, note: str, reverts=None) -> ParameterPublication:
    with transaction.atomic():
        revisions.bump("parameters")
        if not changes:
            raise DraftError(_("There is nothing to take back."))
        stored = {(row.scope, row.name): row.value for row in ParameterValue.objects.all()}
        moved = [
            (f"{c.scope}.{c.name}", c.new, stored.get((c.scope, c.name)), _who(c.scope, c.name))
            for c in changes
            if stored.get((c.scope, c.name)) != c.new
        ]
        if moved:
            raise Conflict(_("Some of it has been changed again since; nothing was taken back."), moved)
        values: dict[str, dict[str, Any]] = {}
        for c in changes:
            if c.old is not None:
                values.setdefault(c.scope, {})[c.name] = c.old
        values = cleaned(values)
        why = note.strip() or _("taken back")
        publication = ParameterPublication.objects.create(reverts=reverts, note=why, by=by)
        for c in changes:
            if c.old is None:
                parameters.reset(c.scope, c.name, by, why=why, publication=publication)
            else:
                parameters.set(c.scope, c.name, values[c.scope][c.name], by, why=why, publication=publication)
    return publication


def to_json(values: Values) -> str:
    """The file that `from_json` reads."""
    return json.dumps({"format": FORMAT, "values": values}, ensure_ascii=False, indent=1, sort_keys=True)


def from_json(data: bytes) -> dict[str, dict[str, Any]]:
    """The values of a file, checked; DraftError or Refused says what is wrong with it."""
    if len(data) > MAX_FILE:
        raise DraftError(_("The file is larger than %(most)s MB.") % {"most": MAX_FILE // 1_000_000})
    try:
        found = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise DraftError(_("The file is not JSON: %(error)s") % {"error": str(error)[:200]}) from None
    if not isinstance(found, dict) or found.get("format") != FORMAT or "values" not in found:
        raise DraftError(_("The file is not an export of parameters (“format”: “%(format)s”).") % {"format": FORMAT})
    return cleaned(found["values"])


# -- pieces ------------------------------------------------------------------------------------------------------------


def _open(pk: int, version: int, by) -> ParameterDraft:
    """The draft, locked, at the version that the caller has seen."""
    draft = ParameterDraft.objects.select_for_update().filter(pk=pk).first()
    if draft is None:
        raise DraftError(_("There is no such draft."))
    if draft.status != ParameterDraft.Status.DRAFT:
        raise DraftError(
            _("This draft is closed (%(status)s); make a new one.") % {"status": draft.get_status_display()}
        )
    if draft.version != version:
        edits = [edit for edit in draft.trail if edit["version"] > version]
        changes = [(name, old, new, edit["by"]) for edit in edits for name, old, new in edit["changes"]]
        raise Conflict(_("Somebody else saved this draft meanwhile; nothing of yours was saved."), changes)
    return draft


def _take(draft: ParameterDraft, values: Values, by) -> None:
    """Put `values` into the draft, with what is in force beside them and an entry in the trail."""
    now, changes = in_force(), []
    for scope, part in values.items():
        for name, value in part.items():
            current = now[scope][name]
            before = draft.values.get(scope, {}).get(name, current)
            for table in (draft.values, draft.base):
                table.setdefault(scope, {}).pop(name, None)
            if value != current:
                draft.values[scope][name], draft.base[scope][name] = value, current
            if value != before:
                changes.append([f"{scope}.{name}", before, value])
    draft.values, draft.base = (_declared(table, now) for table in (draft.values, draft.base))
    edit = {"version": draft.version + bool(draft.pk), "by": str(by or ""), "at": timezone.now().isoformat()}
    draft.trail = [*draft.trail, {**edit, "changes": changes}][-TRAIL:]


def _declared(table: Values, now: Values) -> dict[str, dict[str, Any]]:
    """Without what the code no longer declares, and without empty scopes."""
    kept = {s: {name: value for name, value in part.items() if name in now.get(s, {})} for s, part in table.items()}
    return {scope: part for scope, part in kept.items() if part}


def _next(draft: ParameterDraft, by) -> None:
    draft.version, draft.updated_by = draft.version + 1, by
    draft.save()


def _who(scope: str, name: str) -> str:
    change = ParameterChange.objects.filter(scope=scope, name=name).select_related("by").first()
    return str(change.by or "") if change else ""
