"""A domain's own settings of its families: what differs from those for all domains, as text (`recency=0.2 factors=32`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from ml import families as ml_families
from ml import names, parameters
from ml.parameters import Parameter


def parse(family: str, text: str) -> dict[str, Any]:
    """The settings in `text`; ValueError that names an unknown or refused one."""
    kind, found = ml_families.get(family), {}
    for part in text.split():
        name, _equals, value = part.partition("=")
        if name not in kind.params:
            raise ValueError(f"{family} has no parameter {name!r}; it has: {', '.join(sorted(kind.params))}")
        default = kind.params[name].default
        try:
            found[name] = value if isinstance(default, str) else type(default)(value)
        except ValueError:
            raise ValueError(f"{family}.{name}: {value!r} is not a number") from None
    kind.with_defaults(found)  # refuses what is out of bounds
    return found


def to_text(settings: Mapping[str, Any]) -> str:
    """Inverse of `parse`."""
    return " ".join(f"{name}={value}" for name, value in sorted(settings.items()))


class OwnSettings(Parameter):
    """One family's line; its name is the family's. Nothing is imported for an empty one, so declaring costs nothing."""

    def clean(self, value: Any) -> Any:
        value = super().clean(value)
        try:
            parse(self.name, value) if value else None
        except ValueError as error:
            raise self.refusal(
                _("%(name)s: %(value)s is refused") % {"name": self.name, "value": error}, value
            ) from None
        return value


def scope_of(domain: str) -> str:
    return f"{domain}.models"


def declare(domain) -> None:
    """Declare the lines that staff may fill in for a domain."""
    from django.utils.text import format_lazy

    lines = [
        OwnSettings(
            family,
            domain.family_settings.get(family, ""),
            label=names.of(family),
            help=_(
                "What differs here from the settings for all domains, such as: recency=0.2. Counts from the next training."
            ),
        )
        for family in domain.families
    ]
    title = format_lazy("{} · {}", domain.verbose_name or domain.name, _("Own settings of models"))
    parameters.define(scope_of(domain.name), lines, title=title, trained=True)


def in_force(domain: str, family: str) -> dict[str, Any]:
    """What the family is trained with in a domain: the settings for all, overlaid with the domain's own."""
    from ml.training import declare_family_parameters

    declare_family_parameters()
    shared = parameters.get(f"ml.{family}") if f"ml.{family}" in parameters.scopes() else {}
    own = parameters.get(scope_of(domain)).get(family, "") if scope_of(domain) in parameters.scopes() else ""
    return {**shared, **parse(family, own)}
