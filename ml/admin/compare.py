"""Two versions of a domain side by side: their evaluations, own metrics, what made them, rates by class, what they go by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ml import names, registry, training
from ml.admin import compare_rows, shown
from ml.admin.columns import version_name
from ml.admin.curves import charts
from ml.evaluation import importance, rates
from ml.models import ModelVersion
from ml.said import said

MADE_OF = ("window", "rows", "fingerprint", "code_version", "seed", "bytes", "created_at")
RATE_LABELS = (
    ("prevalence", _("prevalence")), ("accuracy", _("accuracy")), ("tpr", _("sensitivity (TPR)")),
    ("precision", _("precision")), ("specificity", _("specificity")), ("npv", _("negative predictive value")),
    ("fpr", _("false positive rate")), ("fdr", _("false discovery rate")), ("fnr", _("false negative rate")),
    ("for", _("false omission rate")),
)  # fmt: skip
KINDS = {
    "gain": _("share of the gain of all splits"),
    "log_odds": _("log odds of a word in texts of the label"),
    "weight": _("weight in the logistic regression"),
}
MOST_METRICS = 400


def urls(admin) -> list:
    return [
        path("compare/", admin.admin_site.admin_view(lambda r: compare_view(admin, r)), name="ml_modelversion_compare")
    ]


def compare_view(admin, request):
    """The page of `?a=…&b=…` (keys of versions of one domain); with only `a`, against production of the same family."""
    if not admin.has_view_permission(request):
        raise PermissionDenied
    a = version_of(request.GET.get("a", ""))
    if a is None:
        raise Http404
    known = ModelVersion.objects.filter(domain=a.domain).defer("picture", "metrics").select_related("outcome")
    known = known.defer("outcome__data", "outcome__info")
    others = known.filter(family=a.family)
    listed = [titled(version) for version in known]
    b, error = version_of(request.GET.get("b", "")), ""
    if b is not None and b.domain != a.domain:
        error = gettext("%(a)s and %(b)s are of different domains, which cannot be compared.")
        error, b = error % {"a": version_name(a), "b": version_name(b)}, None
    elif b is None:
        b = others.filter(status="production").exclude(pk=a.pk).first() or others.exclude(pk=a.pk).first()
    context = {
        **admin.admin_site.each_context(request),
        "title": _("Compare versions"),
        "opts": admin.opts,
        "a": titled(a),
        "b": titled(b or a),
        "others": listed,
        "error": error,
        "may_train": request.user.has_perm("ml.train_modelversion"),
        "outcomes": compare_rows.compare(a, b or a, request.GET.get("rule", "")),
        **comparison(a, b or a),
    }
    return TemplateResponse(request, "ml/compare.html", context, status=400 if error else 200)


def titled(version: ModelVersion) -> Any:
    """The version, with the name that people read."""
    version.kind_title = str(names.of(version.family))  # type: ignore[attr-defined]
    version.title = f"{names.of(version.family)} #{version.number}"  # type: ignore[attr-defined]
    return version


def version_of(key: str) -> ModelVersion | None:
    if not (key.isascii() and key.isdecimal() and len(key) < 16):
        return None
    return ModelVersion.objects.filter(pk=int(key)).defer("picture").first()


def comparison(a: ModelVersion, b: ModelVersion) -> dict[str, Any]:
    """All that the page shows of two versions."""
    helps = {name: one.help for v in (b, a) for name, one in shown.declared(v.family).items()}
    versions = [a] if a.pk == b.pk else [a, b]
    pictured = set(
        ModelVersion.objects.filter(pk__in=[v.pk for v in versions]).exclude(picture=None).values_list("pk", flat=True)
    )
    return {
        "versions": versions,
        "metrics": metric_rows(a.metrics, b.metrics),
        "made": [row for name in MADE_OF if (row := _plain(ModelVersion, name, a, b))],
        "params": [_param(name, a, b, helps) for name in sorted({*a.params, *b.params})],
        "confusions": [confusion_rows(*pair) for pair in pairs_of(a.metrics, b.metrics)],
        "rate_labels": RATE_LABELS,
        "pictures": [version for version in versions if version.pk in pictured],
        "charts": charts(a.metrics, b.metrics),
        "explained": (parts := [explain(version) for version in versions]),
        "weighty": any(part["tables"] or part["error"] for part in parts),
    }


def _plain(model, name: str, a, b) -> dict[str, Any]:
    one, other = getattr(a, name), getattr(b, name)
    label = model._meta.get_field(name).verbose_name
    return {"name": label, "a": _short(one), "b": _short(other), "differs": one != other}


def _param(name: str, a, b, helps: Mapping[str, Any]) -> dict[str, Any]:
    one, other = a.params.get(name, "–"), b.params.get(name, "–")
    return {"name": name, "help": helps.get(name, ""), "a": one, "b": other, "differs": one != other}


def _short(value: Any) -> Any:
    return shown.window(value) if isinstance(value, dict) else ("–" if value in (None, "") else value)


def flat(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """(path, number or [mean, low, high]) of all numbers in metrics; tables, matrices and texts are left out."""
    if isinstance(value, Mapping):
        for key, part in value.items():
            if key not in ("confusion", "per_class", "reliability", "gains", "params"):
                yield from flat(part, f"{path} · {key}" if path else str(key))
    elif (isinstance(value, (int, float)) and not isinstance(value, bool)) or is_interval(value):
        yield path, value


def is_interval(value: Any) -> bool:
    """Whether a list is [mean, low, high]."""
    numbers = isinstance(value, list) and len(value) == 3 and all(isinstance(part, (int, float)) for part in value)
    return bool(numbers and value[1] <= value[0] <= value[2])


def metric_rows(a: Mapping, b: Mapping) -> list[dict[str, Any]]:
    """Metrics of both with differences; intervals where they are stored, or follow from a confusion matrix."""
    ours, theirs = dict(flat(a)), dict(flat(b))
    measured = _from_matrices(a, b)
    rows = []
    for name in list(dict.fromkeys([*ours, *theirs]))[:MOST_METRICS]:
        if name in measured:
            one, other, lead = measured[name]
        else:
            one, other = ours.get(name), theirs.get(name)
            lead = _lead(one, other)
        low, high = (lead[1], lead[2]) if lead is not None and len(lead) == 3 else (None, None)
        rows.append(
            {
                "name": name,
                "a": _parts(one),
                "b": _parts(other),
                "lead": None if lead is None else _parts(list(lead) if len(lead) == 3 else lead[0]),
                "clear": low is not None and high is not None and (low > 0 or high < 0),
            }
        )
    return rows


def _parts(value: Any) -> dict[str, Any] | None:
    if value is None:
        return None
    if isinstance(value, (list, tuple)):
        return {"mean": value[0], "low": value[1], "high": value[2]}
    return {"mean": value}


def _lead(one: Any, other: Any) -> tuple | None:
    """one − other; of two stored intervals the half-widths add up in squares, as for independent test sets."""
    if one is None or other is None:
        return None
    if is_interval(one) and is_interval(other):
        low = ((one[0] - one[1]) ** 2 + (other[2] - other[0]) ** 2) ** 0.5
        high = ((one[2] - one[0]) ** 2 + (other[0] - other[1]) ** 2) ** 0.5
        lead = one[0] - other[0]
        return lead, lead - low, lead + high
    return ((one[0] if is_interval(one) else one) - (other[0] if is_interval(other) else other),)


def pairs_of(a: Mapping, b: Mapping) -> list[tuple[rates.Confusion | None, rates.Confusion | None]]:
    """Confusion matrices of the same name in both metrics."""
    ours, theirs = ({found.name: found for found in rates.found_in(metrics)} for metrics in (a, b))
    return [(ours.get(name), theirs.get(name)) for name in dict.fromkeys([*ours, *theirs])]


def _from_matrices(a: Mapping, b: Mapping) -> dict[str, tuple]:
    """Path of a measure → its interval in both and of the difference, by drawing test rows again."""
    found: dict[str, tuple] = {}
    for one, other in pairs_of(a, b):
        name = next(c.name for c in (one, other) if c is not None)
        for measure in rates.MEASURES:
            values = [None if c is None else rates.interval(c.matrix, measure) for c in (one, other)]
            lead = rates.difference(one.matrix, other.matrix, measure) if one and other else None
            found[f"{name} · {measure}" if name else measure] = (*values, lead)
    stored = {*dict(flat(a)), *dict(flat(b))}
    return {name: values for name, values in found.items() if name in stored}


def confusion_rows(one: rates.Confusion | None, other: rates.Confusion | None) -> dict[str, Any]:
    """The ten rates of each class in both versions, and both matrices."""
    known = [c for c in (one, other) if c is not None]
    tables = [
        None if c is None else {r["label"]: r for r in rates.per_class(c.matrix, c.classes)} for c in (one, other)
    ]
    labels = list(dict.fromkeys(label for c in known for label in c.classes))
    rows = [
        {
            "label": label,
            "support": [None if table is None or label not in table else table[label]["support"] for table in tables],
            "values": [
                [None if table is None or label not in table else table[label][name] for table in tables]
                for name, _text in RATE_LABELS
            ],
        }
        for label in labels
    ]
    matrices = [
        {"classes": c.classes, "rows": list(zip(c.classes, c.matrix.astype(int).tolist(), strict=True))} for c in known
    ]
    return {"name": known[0].name, "rows": rows, "matrices": matrices, "both": len(known) == 2}


def explain(version: ModelVersion) -> dict[str, Any]:
    """What a version goes by, or why that cannot be said."""
    found: dict[str, Any] = {"version": version, "tables": [], "error": ""}
    try:
        base = registry.load(version.domain, version.family, version.version)
    except registry.RegistryError as error:
        return {**found, "error": said(str(error))}
    tables = importance.importance(base)
    labels = [table.label for table in tables if table.label]
    words = training.trainable.words(version.domain, labels) if training.trainable else {}
    found["tables"] = [
        {"kind": KINDS[table.kind], "label": words.get(table.label, table.label), "values": table.values}
        for table in tables
    ]
    return found
