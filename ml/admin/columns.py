"""Columns and filters of lists over models: names in words, codes beneath."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, Subquery
from django.db.models.fields.json import KT
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from common.columns import NONE
from ml import names, parameters
from ml.models import ModelOutcome

#: What a version is judged by at a glance: path in its metrics → (in words, as a share of all).
HEADLINES = {
    "accuracy": (_("accuracy"), True),
    "f1_macro": ("F1", False),
    "ndcg": ("NDCG", False),
    "ndcg@8": ("NDCG@8", False),
    "hit_rate": (_("hit rate"), True),
    "test.average_precision": (_("average precision"), False),
    "table.two_stage.mape": (_("mean error (two stages)"), True),
}


def model_name(domain: str, family: str) -> str:
    return f"{names.domain(domain)} · {names.of(family)}"


def version_name(found: Any) -> str:
    """A version in words, with its code."""
    return f"{model_name(found.domain, found.family)} #{found.number} ({found.version})"


@display(description=_("model"), ordering="family", header=True)
def model(self: Any, row: Any) -> tuple[str, str]:
    """Domain and family of a row, in words; their codes beneath."""
    return model_name(row.domain, row.family), f"{row.domain}/{row.family}"


@display(description=_("version"), ordering="version", header=True)
def version(self: Any, row: Any) -> tuple[str, str] | None:
    """The version that a row tells of."""
    found = row.version
    return (model_name(found.domain, found.family), f"#{found.number} ({found.version})") if found else None


def _figure(path: str) -> Subquery:
    rows = ModelOutcome.objects.filter(version=OuterRef("pk")).annotate(figure=KT(f"info__figures__{path}__0"))
    return Subquery(rows.values("figure"))


#: What evaluations row by row are told by in lists: read out of their JSON, so that rows and rules stay where they are.
EVALUATED = {name: _figure(path) for name, path in (("evaluated_ndcg", "ndcg@8"), ("evaluated_auc", "auc"))}


def quality(metrics: Mapping[str, Any], row: Any = None) -> str:
    """The figure of a version's evaluation (of `row`, annotated with `EVALUATED`), then headlines among its own metrics; two."""
    ndcg, auc = (getattr(row, name, None) for name in EVALUATED)
    shown = [f"{name} {float(value):.3f}" for name, value in (("NDCG@8", ndcg), ("AUC", auc)) if value is not None][:1]
    for key, (name, is_share) in HEADLINES.items():
        value: Any = metrics
        for part in key.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        if isinstance(value, int | float):
            shown.append(f"{name} {value:.1%}" if is_share else f"{name} {value:.3f}")
    return " · ".join(shown[:2]) or NONE


@display(description=_("domain"), ordering="domain")
def domain(self: Any, row: Any) -> str:
    return str(names.domain(row.domain))


def feed_name(domain: str, feed: str) -> str:
    """A feed as its parameters are headed."""
    scope = parameters.scopes().get(f"{domain}.{feed}") if feed else None
    return str(scope.title).partition(" · ")[2] if scope else feed or NONE


@display(description=_("feed"), ordering="feed")
def feed(self: Any, row: Any) -> str:
    """The feed that a row came through."""
    return feed_name(row.domain, row.feed)


@display(description=_("verb"), ordering="verb")
def verb(self: Any, row: Any) -> str:
    return str(names.verb(row.verb)) or NONE


def named_filter(field: str, heading: Any, words: Callable[[], Mapping[str, Any]]) -> type[admin.SimpleListFilter]:
    """A filter by a field of codes that offers their names, without asking the table which codes it holds."""

    class Filter(admin.SimpleListFilter):
        title = heading
        parameter_name = field

        def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, Any]]:
            return list(words().items())

        def queryset(self, request: Any, queryset: Any) -> Any:
            return queryset.filter(**{field: self.value()}) if self.value() else queryset

    return Filter


DomainFilter = named_filter("domain", _("domain"), lambda: names.DOMAINS)
FamilyFilter = named_filter("family", _("model"), lambda: names.NAMES)
VerbFilter = named_filter("verb", _("verb"), lambda: names.VERBS)
