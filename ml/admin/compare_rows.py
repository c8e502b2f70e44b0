"""The rows of two evaluations side by side: measures, decisions, curves, categories, groups of members, and rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ml import outcomes, training
from ml.admin import explained
from ml.admin.curves import charts
from ml.evaluation import binary, groups, paired
from ml.evaluation.outcomes import Outcomes
from ml.evaluation.paired import Compared, Comparison

MEASURES = {
    "hit@1": (gettext_lazy("Hit rate, first"), gettext_lazy("how often the model put first what was taken")),
    "hit@3": (gettext_lazy("Hit rate, first 3"), gettext_lazy("how often what was taken was among the first 3")),
    "hit@8": (gettext_lazy("Hit rate, first 8"), gettext_lazy("how often what was taken was among the first 8")),
    "ndcg@3": ("NDCG@3", gettext_lazy("the same for 3, a higher place counts more")),
    "ndcg@8": ("NDCG@8", gettext_lazy("the same for 8, a higher place counts more")),
    "mrr@8": ("MRR@8", gettext_lazy("1 over the place, 0 beyond the first 8")),
    "mrr": ("MRR", gettext_lazy("1 over the place, mean")),
    "auc": ("AUC", gettext_lazy("how often a yes scores above a no")),
    "brier": (gettext_lazy("Brier score"), gettext_lazy("squared error of the probability; less is better")),
    "log_loss": (gettext_lazy("log loss"), gettext_lazy("surprise at what happened; less is better")),
}
RULES = {
    "top1": gettext_lazy("the first"),
    "top3": gettext_lazy("among the first 3"),
    "top8": gettext_lazy("among the first 8"),
    "f1": gettext_lazy("from the score with the best F1"),
}
TABLES = {
    "all": gettext_lazy("All rows"),
    "category": gettext_lazy("By category of the item"),
    "history": gettext_lazy("By the member's past"),
    "word list": gettext_lazy("By the word list"),
}
WORDS = {
    "": gettext_lazy("all"),
    "newcomer": gettext_lazy("newcomers (fewer than 5 events)"),
    "regular": gettext_lazy("regulars"),
    "fan": gettext_lazy("fans of one category (60 % of their past)"),
    "listed": gettext_lazy("with a word of the list"),
    "unlisted": gettext_lazy("without a word of the list"),
}
SHOWN = "ndcg@8", "auc"  # the headline: the first of these that there is


def compare(a, b, wanted: str = "") -> dict[str, Any]:
    """All that the page shows of two versions' evaluations; `wanted`: the rule that decides yes or no."""
    sides = [outcomes.of(version) for version in (a, b)]
    found: dict[str, Any] = {"sides": [_side(v, *side) for v, side in zip((a, b), sides, strict=True)], "error": ""}
    (_one, ours), (_other, theirs) = sides
    if ours is None and theirs is None:
        return found
    if ours is not None and theirs is not None and ours.kind != theirs.kind:
        return found | {"error": _("These two models predict different things, so their rows cannot be compared.")}
    one, other = (ours or theirs), (theirs or ours)
    assert one is not None
    assert other is not None
    of = Comparison.of(one, other)
    known = {name for rows in (one, other) for name in names_of(rows)}
    words = words_of(a.domain, sorted(known))
    rule = wanted if wanted in groups.RULES else groups.default_rule(of.a)
    measures = paired.measures(of)
    return found | {
        "both": ours is not None and theirs is not None,
        "paired": of.paired,
        "common": of.common,
        "kind": one.kind,
        "measures": [_measure(row) for row in measures],
        "headline": headline(measures, ours is not None and theirs is not None and a.pk != b.pk),
        "rule": rule,
        "rules": [(name, text) for name, text in RULES.items() if one.ranked.any() or name == "f1"],
        "matrices": [(side, _percents(groups.matrix(rows, rule))) for side, rows in (("A", of.a), ("B", of.b))],
        "charts": charts(_curves(of.a), _curves(of.b)),
        "tables": [_table(table, words) for table in groups.tables(of, rule)],
    }


def _side(version, stored, rows: Outcomes | None) -> dict[str, Any]:
    info = stored.info if stored is not None else {}
    words = words_of(version.domain, explained.names_in(info.get("rules")))
    return {
        "version": version,
        "possible": outcomes.possible(version.family),
        "rows": 0 if rows is None else len(rows),
        "note": "" if stored is None else stored.note,
        "stored": stored,
        "info": info,
        "rules": explained.view(info.get("rules"), words),
    }


def words_of(domain: str, names: list[str]) -> Mapping[str, str]:
    """Categories, amounts and groupings in words, as the domain calls them."""
    return training.trainable.words(domain, names) if training.trainable and names else {}


def names_of(rows: Outcomes) -> list[str]:
    return [*rows.categories, *rows.groups]


def _measure(row: Compared) -> dict[str, Any]:
    name, text = MEASURES[row.name]
    return {"name": name, "help": text, **_values(row), "verdict": verdict(row)}


def _values(row: Compared) -> dict[str, Any]:
    parts = {key: getattr(row, key) for key in ("a", "b", "lead")}
    return {key: part and part._asdict() for key, part in parts.items()} | {"clear": row.clear, "better": row.better}


def verdict(row: Compared) -> str:
    """A difference in words."""
    if row.lead is None:
        return ""
    return {"a": _("A is better"), "b": _("B is better")}.get(row.better) or _("no difference can be seen")


def headline(measures: list[Compared], both: bool) -> str:
    """The one sentence that staff need."""
    if not both:
        return ""
    row = next((m for name in SHOWN for m in measures if m.name == name and m.lead is not None), None)
    if row is None or row.lead is None:
        return ""
    name = MEASURES[row.name][0]
    return f"{verdict(row)}: {name} {row.lead.mean:+.4f} [{row.lead.low:+.4f}, {row.lead.high:+.4f}]"


def _percents(cells: list[list[int]]) -> list[list[dict[str, Any]]]:
    """Counts with their share of the row (of the truth)."""
    return [[{"n": n, "share": 100 * n / max(sum(row), 1)} for n in row] for row in cells]


def _curves(rows: Outcomes) -> dict[str, Any]:
    if not len(rows) or not rows.y.any():
        return {}
    return {"reliability": binary.reliability(rows.y, rows.score), "gains": binary.gains(rows.y, rows.score)}


def _table(table: groups.Table, words: Mapping[str, str]) -> dict[str, Any]:
    shown = [row for row in table.rows if not row.hidden]
    return {
        "title": TABLES.get(table.name) or _("By %(name)s") % {"name": words.get(table.name, table.name)},
        "name": table.name,
        "rows": [
            {
                "label": WORDS.get(row.label) or words.get(row.label, row.label),
                "n": row.rows,
                "members": row.members,
                "rates": [_values(rate) for rate in row.rates],
            }
            for row in shown
        ],
        "hidden": len(table.rows) - len(shown),
    }
