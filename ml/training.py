"""Trains a base: one run at a time per domain and family, with progress, evaluation and a registered version."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from ml import estimators, families, names, outcomes, parameters, registry, runs
from ml.families.items import TrainingData
from ml.runs import Progress


class Trainable(NamedTuple):
    """What the site trains, told by the layer that knows the domains (`trainable`)."""

    models: Callable[[], list[tuple[str, str]]]  # (domain, family or estimator)
    task: str  # dotted path of what trains a queued run, called with its id
    schedules: Mapping[str, Any]  # dotted paths of the tasks that train on schedule → what they do, in words
    words: Callable[[str, list[str]], Mapping[str, str]]  # (domain, names) → categories, amounts in the reader's words


#: Set at start-up.
trainable: Trainable | None = None


def declare_family_parameters() -> None:
    """Declare the scope ``ml.<name>`` of every family and estimator, once; imports them, so not for start-up."""
    known = parameters.scopes()
    for registry_, kinds in ((families, families.FAMILIES), (estimators, estimators.ESTIMATORS)):
        for name in kinds:
            if f"ml.{name}" not in known and (declared := registry_.get(name).params):
                title = format_lazy("{} · {}", _("Training"), names.of(name))
                parameters.define(f"ml.{name}", parameters.from_family(declared), title=title, trained=True)


def train(
    domain: str,
    family: str,
    data: Any,
    params: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
    *,
    seed: int = 0,
    task_id: str = "",
    run=None,
    measure: outcomes.Measure | None = None,
):
    """Fit `family` on `data`, evaluate it, store it, and return its `ModelVersion` (a candidate).

    Parameters
    ----------
    data : `TrainingData`, or what the domain has for an estimator (`Domain.estimator_data`); or a function that gives it,
        so that reading it is a visible part of the run.
    params : the family's; None takes what staff set in the scope ``ml.<family>``.
    progress : called with a share between 0 and 1 and a message.
    run : a row that `runs.claim` gave; None starts one.
    measure : what evaluates the family by time, row by row (`ml.outcomes`); None keeps no rows.

    Raises
    ------
    AlreadyRunning
        when another process trains the same; ValueError for data or params that the family refuses.
    Cancelled
        when staff cancelled the run (`runs.cancel`): nothing is stored then.
    """
    maker: Any = estimators.get(family) if family in estimators.ESTIMATORS else families.get(family)
    report = runs.Reporter(run or runs.start(domain, family, task_id), progress)
    try:
        if callable(data):
            report.stage(0.0, "read the data")
            data = data()
        if params is None:
            declare_family_parameters()
            params = parameters.get(f"ml.{family}") if f"ml.{family}" in parameters.scopes() else {}
        report.stage(0.0, f"fit on {_described(data, maker)}")
        base = maker.fit(data, params, lambda share, message: report(share * 0.5, message))
        report.stage(0.5, "evaluate")
        metrics, picture = maker.evaluate(data, base.params, seed)
        report.stage(0.7, "evaluate by time")
        if measure is None and getattr(maker, "rows", False):
            measure = outcomes.of_estimator(maker, data, seed)
        measured = outcomes.attempt(measure, base, lambda share, message: report(0.7 + share * 0.25, message))
        report.stage(0.95, "save the version")
        rows = maker.size(data)
        again = registry.exists(domain, base)
        version = registry.save_version(
            domain, base, metrics=metrics, picture=picture, rows=rows, window=_window(data), seed=seed
        )
        if measured is not None:
            outcomes.store(version, measured)
    except BaseException as error:
        report.fail(error)
        raise
    report.done(version, again)
    return version


def _described(data: Any, maker: Any) -> str:
    if isinstance(data, TrainingData):
        return f"{len(data.items)} items and {len(data.member)} events"
    return f"{maker.size(data)} rows"


def _window(data: Any) -> dict[str, str] | None:
    if not isinstance(data, TrainingData) or not len(data.time):
        return None
    first, last = (datetime.fromtimestamp(float(t), UTC).isoformat() for t in (data.time.min(), data.time.max()))
    return {"from": first, "to": last}
