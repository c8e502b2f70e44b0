"""Typed, bounded settings that staff tune: declared in code by scope, values in a table, cached by revision."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ml import revisions as revision_numbers

MAX_TEXT = 500


WRONG_TYPE = {
    "bool": _("%(name)s: %(value)s is not true or false"),
    "str": _("%(name)s: %(value)s is not a short text"),
    "int": _("%(name)s: %(value)s is not a whole number"),
    "float": _("%(name)s: %(value)s is not a finite number"),
}


def plain(value: Any) -> str:
    """A value as people write it: `20` for 20.0; reading it again gives the same."""
    return str(value).removesuffix(".0") if type(value) is float else str(value)


class ParameterError(ValueError):
    """An unknown parameter, or a value that its declaration refuses; the message names culprit and bounds."""

    def __init__(self, message: Any, facts: Mapping[str, Any] | None = None):
        super().__init__(message)
        self.message, self.facts = message, facts

    def __str__(self) -> str:  # translated when read: declarations are made before translations are ready
        return str(self.message) % self.facts if self.facts else str(self.message)


@dataclass(frozen=True)
class Parameter:
    """A declared number, switch, choice or short text; the type is that of `default`.

    Parameters
    ----------
    choices : allowed values, or (value, label) pairs.
    label, unit, help, group : shown to staff; lazy translations are welcome.
    """

    name: str
    default: Any
    min: float | None = None
    max: float | None = None
    choices: tuple = ()
    unit: str | Promise = ""
    help: str | Promise = ""
    group: str | Promise = ""
    label: str | Promise = ""

    def __post_init__(self):
        if type(self.default) not in (bool, int, float, str):
            raise ImproperlyConfigured(f"parameter {self.name!r}: the default must be a bool, int, float or str")
        bounds = [bound for bound in (self.min, self.max) if bound is not None]
        if bounds and (self.kind not in ("int", "float") or self.choices):
            raise ImproperlyConfigured(f"parameter {self.name!r}: bounds are for numbers without choices")
        try:
            self.clean(self.default)
        except ParameterError as error:
            detail = f"the default {self.default!r} is outside its own bounds or choices"
            raise ImproperlyConfigured(f"parameter {self.name!r}: {detail}") from error

    @property
    def kind(self) -> str:
        """`bool`, `int`, `float` or `str`."""
        return type(self.default).__name__

    @property
    def pairs(self) -> list[tuple[Any, Any]]:
        """Choices as (value, label)."""
        return [
            (choice[0], choice[1]) if isinstance(choice, (tuple, list)) else (choice, choice) for choice in self.choices
        ]

    @property
    def values(self) -> list:
        return [value for value, _text in self.pairs]

    def clean(self, value: Any) -> Any:
        """`value` in the declared type; ParameterError saying what would be allowed."""
        value = self._typed(value)
        if self.choices and value not in self.values:
            raise self.refusal(_("%(name)s: %(value)s is not one of %(choices)s"), value)
        if (self.min is not None and value < self.min) or (self.max is not None and value > self.max):
            raise self.refusal(_("%(name)s: %(value)s is outside %(bounds)s"), value)
        return value

    @property
    def bounds(self) -> str:
        """`min … max` for people; empty without bounds."""
        if self.min is None and self.max is None:
            return ""
        return f"{'−∞' if self.min is None else plain(self.min)} … {'∞' if self.max is None else plain(self.max)}"

    def _typed(self, value: Any) -> Any:
        kind, given = self.kind, type(value)
        if kind == "bool" and given is bool:
            return value
        if kind == "str" and given is str:
            if len(value) > MAX_TEXT or any(ord(char) < 32 for char in value):
                raise self.refusal(_("%(name)s: one line of %(limit)d characters at most is allowed"), value)
            return value.strip()
        if kind == "int" and (given is int or (given is float and value.is_integer())) and abs(value) < 2**53:
            return int(value)
        if kind == "float" and given in (int, float) and abs(value) < 1e300 and math.isfinite(value):
            return float(value)
        raise self.refusal(WRONG_TYPE[kind], value)

    def refusal(self, message: Any, value: Any) -> ParameterError:
        """The error that says in the reader's language what is wrong with `value`."""
        choices = ", ".join(map(str, self.values))
        facts = {
            "name": self.name,
            "value": plain(value)[:50],
            "bounds": self.bounds,
            "choices": choices,
            "limit": MAX_TEXT,
        }
        return ParameterError(message, facts)

    def parse(self, text: str) -> Any:
        """The value that a form field holds as text."""
        text = text.strip()
        try:
            if self.kind == "bool":
                return self.clean(
                    {"true": True, "on": True, "1": True, "false": False, "": False, "0": False}[text.lower()]
                )
            return self.clean({"int": int, "float": float, "str": str}[self.kind](text))
        except (KeyError, ValueError, OverflowError) as error:
            if isinstance(error, ParameterError):
                raise
            return self.clean(text)  # says what is wanted


@dataclass(frozen=True)
class Scope:
    """The declared parameters of one part of the site. `note`: when they take effect, where that is not at once."""

    name: str
    title: Any
    parameters: Mapping[str, Parameter]
    note: Any = ""
    trained: bool = False  # read by trainings only


_scopes: dict[str, Scope] = {}
_cache: tuple[int, dict[str, dict[str, Any]]] | None = None


def define(
    scope: str, parameters: Iterable[Parameter], *, title: Any = "", note: Any = "", trained: bool = False
) -> None:
    """Declare the parameters of `scope`, once, at start-up; ImproperlyConfigured names a duplicate.

    `note` says when a change takes effect, where that is not at once; `trained`: with the next training.
    """
    if scope in _scopes:
        raise ImproperlyConfigured(f"the parameters of {scope!r} are defined twice; give one of them another scope")
    if not scope or len(scope) > 100:
        raise ImproperlyConfigured(f"parameter scope {scope!r}: 1 to 100 characters")
    declared: dict[str, Parameter] = {}
    for parameter in parameters:
        if parameter.name in declared:
            raise ImproperlyConfigured(f"the parameter {scope}.{parameter.name} is defined twice")
        declared[parameter.name] = parameter
    _scopes[scope] = Scope(scope, title or scope, declared, note, trained)
    _forget()


def undefine(scope: str) -> None:
    """Take a declaration back (tests, and domains that unregister)."""
    _scopes.pop(scope, None)
    _forget()


def from_family(params: Mapping[str, Any], *, group: str = "") -> list[Parameter]:
    """Declarations for a family's `params` (`ml.families.base.Param` by name)."""
    return [
        Parameter(
            name, spec.default, min=spec.min, max=spec.max, choices=tuple(spec.choices), help=_(spec.help), group=group
        )
        for name, spec in params.items()
    ]


def scopes() -> dict[str, Scope]:
    """All declared scopes by name."""
    return dict(sorted(_scopes.items()))


def _no_scope(scope: str) -> ParameterError:
    facts = {"scope": repr(scope), "known": ", ".join(sorted(_scopes)) or "–"}
    return ParameterError(_("there is no parameter scope %(scope)s; there are: %(known)s"), facts)


def declared(scope: str, name: str) -> Parameter:
    """The declaration of `scope.name`; ParameterError naming the known ones."""
    if scope not in _scopes:
        raise _no_scope(scope)
    known = _scopes[scope].parameters
    if name not in known:
        facts = {"scope": scope, "name": repr(name), "known": ", ".join(known) or "–"}
        raise ParameterError(_("%(scope)s has no parameter %(name)s; it has: %(known)s"), facts)
    return known[name]


def get(scope: str, revisions: Mapping[str, int] | None = None) -> dict[str, Any]:
    """The values in force in `scope`: the defaults, overlaid with what staff set and the declaration still allows.

    Pass the request's `ml.revisions.current()` as `revisions`; without it this asks for it (one query).
    """
    if scope not in _scopes:
        raise _no_scope(scope)
    number = (revision_numbers.current() if revisions is None else revisions).get("parameters", 0)
    cached = _cache
    if cached is None or cached[0] != number:
        cached = _load(number)
    return dict(cached[1][scope])


def _load(number: int) -> tuple[int, dict[str, dict[str, Any]]]:
    """Read all scopes at once: a change costs each process one query."""
    global _cache
    from ml.models import ParameterValue

    values = {name: {p.name: p.default for p in scope.parameters.values()} for name, scope in _scopes.items()}
    for scope, name, value in ParameterValue.objects.values_list("scope", "name", "value"):
        if scope in _scopes and name in _scopes[scope].parameters:
            try:
                values[scope][name] = _scopes[scope].parameters[name].clean(value)
            except ParameterError:
                continue  # declared more narrowly since; the system check reports it
    _cache = (number, values)
    return _cache


def _forget() -> None:
    global _cache
    _cache = None


def set(scope: str, name: str, value: Any, by=None, *, why: str = "", publication=None) -> Any:
    """Store `value` for `scope.name` and tell all processes; returns it in the declared type.

    `why` and `publication` go into the history.

    Raises
    ------
    ParameterError
        for an unknown name or a refused value; nothing is changed then.
    """
    from ml.models import ParameterChange, ParameterValue

    value = declared(scope, name).clean(value)
    with transaction.atomic():
        row = ParameterValue.objects.select_for_update().filter(scope=scope, name=name).first()
        old = None if row is None else row.value
        if row is not None and type(old) is type(value) and old == value:
            return value
        ParameterValue.objects.update_or_create(scope=scope, name=name, defaults={"value": value, "updated_by": by})
        kept = {"by": by, "why": why[:MAX_TEXT], "publication": publication}
        ParameterChange.objects.create(scope=scope, name=name, old=old, new=value, **kept)
        revision_numbers.bump("parameters")
    return value


def reset(scope: str, name: str, by=None, *, why: str = "", publication=None) -> Any:
    """Go back to the default of `scope.name`; returns the default."""
    from ml.models import ParameterChange, ParameterValue

    default = declared(scope, name).default
    with transaction.atomic():
        row = ParameterValue.objects.select_for_update().filter(scope=scope, name=name).first()
        if row is not None:
            kept = {"by": by, "why": why[:MAX_TEXT], "publication": publication}
            ParameterChange.objects.create(scope=scope, name=name, old=row.value, new=None, **kept)
            row.delete()
            revision_numbers.bump("parameters")
    return default
