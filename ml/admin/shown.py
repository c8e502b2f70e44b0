"""Values of a version's page: metrics and parameters in words, as nested tables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from ml import parameters, training

LONG = 20  # rows of a table that is shown without a click

#: Names of metrics that several models have; others stay by their code.
METRICS = {
    "accuracy": _("accuracy"),
    "precision": _("precision"),
    "recall": _("recall"),
    "precision_macro": _("precision, mean of the classes"),
    "recall_macro": _("recall, mean of the classes"),
    "f1": "F1",
    "f1_macro": _("F1, mean of the classes"),
    "per_class": _("by class"),
    "label": _("class"),
    "classes": _("classes"),
    "support": _("test rows"),
    "confusion": _("confusion matrix"),
    "train": _("rows for training"),
    "test": _("test rows"),
    "seed": _("seed"),
    "hit_rate": _("hit rate"),
    "members": _("members"),
}


def metrics(domain: str, found: Mapping[str, Any], pictured: bool) -> SafeString | str:
    """A version's own metrics; `pictured`: its confusion matrix is shown as a picture, not as numbers, too."""
    classes = [str(name) for name in found.get("classes", ())]
    words = training.trainable.words(domain, classes) if training.trainable else {}
    table = {key: value for key, value in found.items() if not (pictured and key == "confusion")}
    return show_value(_worded(table, {**METRICS, **words}))


def params(family: str, found: Mapping[str, Any]) -> SafeString | str:
    """What a version was trained with, by the labels of its declared parameters."""
    known = declared(family)
    return show_value({known[key].label or key if key in known else key: value for key, value in found.items()})


def declared(family: str) -> Mapping[str, parameters.Parameter]:
    """The parameters of a family's training, by name; nothing for estimators, whose parameters staff do not set."""
    training.declare_family_parameters()
    scope = parameters.scopes().get(f"ml.{family}")
    return scope.parameters if scope else {}


def window(found: Mapping[str, str] | None) -> str:
    """From when to when the data of a training are, in local time."""
    days = (dt.datetime.fromisoformat(day) for day in (found or {}).values())
    return " – ".join(date_format(localtime(day), "DATETIME_FORMAT") for day in days) or "–"


def _worded(value: Any, words: Mapping[str, Any]) -> Any:
    if isinstance(value, dict):
        return {words.get(key, key): _worded(part, words) for key, part in value.items()}
    if isinstance(value, list):
        return [_worded(part, words) for part in value]
    return words.get(value, value) if isinstance(value, str) else value


def show_number(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def show_value(value: Any) -> SafeString | str:
    """A JSON value as nested tables; text is escaped."""
    if isinstance(value, dict) and value:
        rows = format_html_join(
            "",
            '<tr><th style="text-align:left;padding:.2rem 1rem .2rem 0;vertical-align:top">{}</th><td>{}</td></tr>',
            ((key, show_value(part)) for key, part in value.items()),
        )
        return format_html("<table>{}</table>", rows)
    if isinstance(value, list) and value and all(isinstance(part, list) for part in value):
        cells = (
            (
                format_html_join(
                    "", '<td style="padding:0 .4rem;text-align:right">{}</td>', ((show_number(c),) for c in row)
                ),
            )
            for row in value
        )
        table = format_html("<table>{}</table>", format_html_join("", "<tr>{}</tr>", cells))
        if len(value) <= LONG:
            return table
        words = ngettext("%(n)s row", "%(n)s rows", len(value)) % {"n": len(value)}
        return format_html("<details><summary>{}</summary>{}</details>", words, table)
    if (
        isinstance(value, list)
        and value
        and all(isinstance(part, dict) and part.keys() == value[0].keys() for part in value)
    ):
        return show_value([list(value[0]), *([*part.values()] for part in value)])
    if isinstance(value, list):
        return ", ".join(show_number(part) for part in value)
    return "–" if value is None or value == {} else show_number(value)
