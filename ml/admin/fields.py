"""Declared parameters as form fields: sliders, switches and choices, grouped by domain and by feed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext as _

from ml import parameters
from ml.drafts import Values

SLIDER_STEPS = 100
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
    theirs: str = ""  # what somebody else saved meanwhile

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
        return as_text(self.parameter, self.current) or "–"

    @property
    def default_text(self) -> str:
        return as_text(self.parameter, self.parameter.default)

    @property
    def changed(self) -> bool:
        """Whether the value shown is another than the one in force."""
        return self.text != as_text(self.parameter, self.current)

    @property
    def tuned(self) -> bool:
        """Whether the value in force is another than the default."""
        return self.current != self.parameter.default

    @property
    def widget(self) -> str:
        """`select`, `bool`, `slider`, `number` or `text`."""
        parameter = self.parameter
        if parameter.choices:
            return "select"
        if parameter.kind in ("bool", "str"):
            return "text" if parameter.kind == "str" else "bool"
        return "number" if parameter.min is None or parameter.max is None else "slider"

    @property
    def step(self) -> str:
        """Of the slider; the number field beside it takes any value within the bounds."""
        if self.parameter.kind == "int":
            return "1"
        low, high = self.parameter.min, self.parameter.max
        return "any" if low is None or high is None else f"{(high - low) / SLIDER_STEPS:.6g}"

    @property
    def options(self) -> list[tuple[str, Any, bool]]:
        return [(str(value), label, str(value) == self.text) for value, label in self.parameter.pairs]


def as_text(parameter: parameters.Parameter, value: Any) -> str:
    """A value as its form field holds it."""
    return str(value).lower() if parameter.kind == "bool" else str(value)


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
    theirs: Mapping[str, str] | None = None,
) -> list[dict]:
    """[{title, scopes: [{name, title, id, fields, changed}]}]: every declaration, by domain and by feed."""
    found: dict[str, dict] = {}
    for name, scope in parameters.scopes().items():
        fields = [
            Field(name, p, values.get(name, {}).get(p.name, current[name][p.name]), current[name][p.name])
            for p in scope.parameters.values()
        ]
        for field in fields:
            field.was = field.text
            field.value = (given or {}).get(field.name, field.value)
            field.error = (errors or {}).get(field.name, "")
            field.theirs = (theirs or {}).get(field.name, "")
        head = name.split(".")[0]
        title, _sep, rest = str(scope.title).partition(" · ")
        group = found.setdefault(head, {"name": head, "title": _("Training") if head == "ml" else title, "scopes": []})
        group["scopes"].append(
            {
                "name": name,
                "title": rest or title.removeprefix("ml."),
                "id": slugify(name.replace(".", "-")),
                "fields": fields,
                "changed": sum(field.changed for field in fields),
                "open": any(field.changed or field.error for field in fields),
            }
        )
    return [found[head] for head in sorted(found, key=lambda head: (head == "ml", head))]


def all_fields(groups: list[dict]) -> list[Field]:
    return [field for group in groups for scope in group["scopes"] for field in scope["fields"]]
