"""Declared parameters as form fields: sliders, switches and choices, grouped by domain and by feed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import cached_property
from django.utils.text import capfirst, slugify
from django.utils.translation import gettext as _

from ml import parameters
from ml.admin import scales
from ml.drafts import Values

WAS = "was"  # the form's field that holds what it showed, as JSON


@dataclass
class Field:
    """A declared parameter with the value shown and the value in force, as the template shows it."""

    scope: str
    parameter: parameters.Parameter
    value: Any
    current: Any = None  # in force
    was: str = ""  # shown when the page was made
    error: str = ""
    theirs: str = ""  # what somebody else saved meanwhile, and who
    their_value: str = ""  # the same as the form's field holds it

    @property
    def name(self) -> str:
        return f"{self.scope}|{self.parameter.name}"

    @property
    def id(self) -> str:
        return "p-" + slugify(self.name.replace("|", "-").replace(".", "-"))

    @property
    def text(self) -> str:
        return as_text(self.parameter, self.value)

    @property
    def current_text(self) -> str:
        return in_words(self.parameter, self.current) or "–"

    @property
    def current_form(self) -> str:
        """The value in force as the form's field holds it."""
        return as_text(self.parameter, self.current)

    @property
    def shown(self) -> str:
        """The value in words, for those who only read."""
        return in_words(self.parameter, self.value)

    @property
    def default_text(self) -> str:
        return as_text(self.parameter, self.parameter.default)

    @property
    def default_shown(self) -> str:
        return in_words(self.parameter, self.parameter.default) or "–"

    @property
    def changed(self) -> bool:
        """Whether the value shown is another than the one in force."""
        return self.text != as_text(self.parameter, self.current)

    @property
    def tuned(self) -> bool:
        """Whether the value in force is another than the default."""
        return self.current != self.parameter.default

    @property
    def label(self) -> str:
        return label_of(self.parameter)

    @property
    def widget(self) -> str:
        """`select`, `bool`, `slider`, `number` or `text`."""
        parameter = self.parameter
        if parameter.choices:
            return "select"
        if parameter.kind in ("bool", "str"):
            return "text" if parameter.kind == "str" else "bool"
        return "slider" if scales.has_slider(parameter) else "number"

    @property
    def step(self) -> str:
        """Of the number field's arrows; it takes any value within the bounds."""
        low, high, whole = self.parameter.min, self.parameter.max, self.parameter.kind == "int"
        if whole or low is None or high is None:
            return "1" if whole else "any"
        if scales.is_logarithmic(self.parameter):
            return "any"
        return f"{scales.step_of(low, high, whole):.6g}"

    @cached_property
    def stops(self) -> list[Any]:
        return scales.stops(self.parameter, self.parsed, self.current)

    @property
    def stops_json(self) -> str:
        return json.dumps([int(n) if float(n).is_integer() else n for n in self.stops])

    @property
    def parsed(self) -> Any:
        """The value as a number, where the text in the form is one that the declaration allows."""
        try:
            return self.parameter.parse(self.value) if isinstance(self.value, str) else self.value
        except parameters.ParameterError:
            return self.current

    @property
    def last(self) -> int:
        return len(self.stops) - 1

    @property
    def at(self) -> int:
        return scales.place(self.stops, self.parsed)

    @property
    def default_at(self) -> str:
        """Where on the track the default is, in percent."""
        return self._percent(self.parameter.default)

    @property
    def current_at(self) -> str:
        return self._percent(self.current)

    @property
    def value_at(self) -> str:
        return self._percent(self.parsed)

    def _percent(self, value: Any) -> str:
        return f"{100 * scales.place(self.stops, value) / max(self.last, 1):.2f}%"

    @property
    def options(self) -> list[tuple[str, Any, bool]]:
        return [(str(value), label, str(value) == self.text) for value, label in self.parameter.pairs]


def as_text(parameter: parameters.Parameter, value: Any) -> str:
    """A value as its form field holds it."""
    return str(value).lower() if parameter.kind == "bool" else parameters.plain(value)


def label_of(parameter: parameters.Parameter) -> str:
    return capfirst(str(parameter.label or parameter.name.replace("_", " ")))


def in_words(parameter: parameters.Parameter, value: Any) -> str:
    """A value as a reader understands it: a choice by its label, a switch as on or off."""
    if parameter.kind == "bool":
        return _("on") if value in (True, "true") else _("off")
    labels = {str(known): str(label) for known, label in parameter.pairs}
    return labels.get(str(value), as_text(parameter, value))


def dotted(key: str) -> str:
    """A form field's name as drafts name the value: `scope.name`."""
    return key.replace("|", ".", 1)


def read_form(data: Mapping[str, str]) -> tuple[dict, dict[str, str], dict[str, str]]:
    """({scope: {name: value}}, errors, texts as given) of a posted form; what its reader did not touch is left out."""
    values: dict[str, dict[str, Any]] = {}
    errors: dict[str, str] = {}
    given: dict[str, str] = {}
    try:
        was = json.loads(data.get(WAS, "{}"))
    except (ValueError, RecursionError):
        was = {}
    was = was if isinstance(was, dict) else {}
    for scope in parameters.scopes().values():
        for name, parameter in scope.parameters.items():
            key = f"{scope.name}|{name}"
            text = data.get(key)
            if text is None or text == was.get(key):
                continue
            given[key] = text
            try:
                value = _choice(parameter, text) if parameter.choices else parameter.parse(text)
                values.setdefault(scope.name, {})[name] = value
            except parameters.ParameterError as error:
                errors[key] = str(error)
    return values, errors, given


def _choice(parameter: parameters.Parameter, text: str) -> Any:
    return parameter.clean({str(value): value for value in parameter.values}.get(text, text))


def was(fields: list[Field]) -> str:
    """What the form shows, for `read_form`."""
    return json.dumps({field.name: field.was for field in fields}, ensure_ascii=False)


def domains_of(
    current: Values,
    values: Values,
    *,
    errors: Mapping[str, str] | None = None,
    given: Mapping[str, str] | None = None,
    theirs: Mapping[str, tuple[Any, str]] | None = None,
) -> list[dict]:
    """[{title, scopes: [{name, title, id, fields, changed}]}]: every declaration, by domain and by feed."""
    found: dict[str, dict] = {}
    for name, scope in sorted(parameters.scopes().items(), key=_in_order):
        fields = [
            Field(name, p, values.get(name, {}).get(p.name, current[name][p.name]), current[name][p.name])
            for p in scope.parameters.values()
        ]
        for field in fields:
            field.was = field.text
            field.value = (given or {}).get(field.name, field.value)
            field.error = (errors or {}).get(field.name, "")
            if field.name in (theirs or {}):
                value, who = (theirs or {})[field.name]
                field.their_value = as_text(field.parameter, value)
                field.theirs = f"{field.their_value or '–'} ({who})" if who else field.their_value
        head = name.split(".")[0]
        title, _sep, rest = str(scope.title).partition(" · ")
        group = found.setdefault(head, {"name": head, "title": capfirst(title), "scopes": []})
        group["scopes"].append(
            {
                "name": name,
                "title": capfirst(rest or title),
                "id": slugify(name.replace(".", "-")),
                "fields": fields,
                "note": scope.note,
                "trained": scope.trained,
                "tuned": sum(field.tuned for field in fields),
                "changed": sum(field.changed for field in fields),
                "open": any(field.theirs or field.error for field in fields),
            }
        )
    return [found[head] for head in sorted(found, key=lambda head: (head == "ml", head))]


def _in_order(pair: tuple[str, parameters.Scope]) -> tuple:
    """A domain's feeds first, `for-you` at their head; then what stands for itself, the verbs' weights and models last."""
    head, _dot, rest = pair[0].partition(".")
    return head, rest in ("verbs", "models"), rest != "for-you", str(pair[1].title)


def all_fields(groups: list[dict]) -> list[Field]:
    return [field for group in groups for scope in group["scopes"] for field in scope["fields"]]
