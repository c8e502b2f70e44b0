"""What runs in the task queue: fitting bases. Tasks are idempotent, since the queue delivers at least once."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from django.conf import settings

from ml.runs import Cancelled
from recommendations import catalogue, model_settings
from recommendations.data import log_of
from recommendations.domains import domains

logger = logging.getLogger(__name__)


def train_family(domain: str, family: str, promote: bool = True, progress=None, run=None, source: str = ""):
    """Fit one base on the whole log and catalogue; returns the ModelVersion. Equal data gives the version that is there.

    `run`: the row of a training that staff queued (`ml.runs.claim`). `source`: who promotes (`Promotion.Source`).
    """
    from ml import registry, retention, training
    from recommendations import outcomes

    kind = domains[domain]
    estimator = family in kind.estimators

    logs = []

    def data():
        if estimator:
            return kind.estimator_data(family)
        logs.append(log_of(kind, catalogue.current(domain)))
        return logs[0].training(extra=kind.training_extra())

    def measure(base, say):
        return outcomes.evaluate(domain, family, base.params, log=logs[0], say=say)

    params = None if estimator else model_settings.in_force(domain, family)
    version = training.train(
        domain, family, data, params, progress=progress, run=run, measure=None if estimator else measure
    )
    if promote:
        registry.promote(version, source=source)
    retention.prune(domain, family, version)
    return version


def evaluate_version(version, run, progress=None) -> None:
    """Measure a version that was trained earlier on the log of today; `run`: a claimed row."""
    from ml import estimators, registry, runs
    from ml import outcomes as stored
    from recommendations import outcomes

    domain, family = version.domain, version.family
    if not stored.possible(family):
        raise ValueError(f"{family} keeps no rows: its figures are made when it is trained")
    base = registry.load(domain, family, version.version, cached=False)
    report = runs.Reporter(run, progress)

    def own(cut):
        return base if "origin" in version.metrics or outcomes.trained_before(version.window, cut) else None

    def measure(base, say):
        return outcomes.evaluate(domain, family, base.params, own=own, say=say)

    if family in domains[domain].estimators:
        data = domains[domain].estimator_data(family)
        measure = stored.of_estimator(estimators.get(family), data, version.seed)
    if (measured := stored.attempt(measure, base, report)) is not None:
        stored.store(version, measured)
    report.done(version)


def train_queued(run_id: int) -> None:
    """Do what staff queued in the admin; a trained version stays a candidate. Delivered twice, it works once."""
    from ml.models import TrainingRun

    run = TrainingRun.objects.filter(pk=run_id, status="queued").first()
    if run is not None:
        train_run(run, promote=False)


def train_run(run, promote: bool) -> None:
    """Train a queued run, in a process of its own (TRAINING_APART); RuntimeError with the reason when it fails."""
    if not settings.TRAINING_APART:
        train_claimed(run.pk, promote)
        return
    from ml import apart

    command = ["manage.py", "train", "--run", str(run.pk), *([] if promote else ["--no-promote"])]
    run = apart.train(run, command=command)
    if run.status == "failed":
        raise (ValueError if run.error.startswith("ValueError") else RuntimeError)(run.error)


def train_claimed(run_id: int, promote: bool) -> None:
    """Claim a queued run and work it off in this process; nothing where it is queued no more. Only the schedule promotes."""
    from ml import runs

    run = runs.claim(run_id)
    if run is None:
        return
    try:
        if run.kind == "evaluate":
            evaluate_version(run.version, run)
        else:
            train_family(run.domain, run.family, promote, run=run, source="schedule")
    except Cancelled:
        logger.info("training cancelled: domain=%s family=%s", run.domain, run.family)
    except BaseException as error:
        runs.fail(run, error)
        raise


def train_missing(domain: str, family: str) -> None:
    """Train what the first start left to the queue, and put it into production."""
    _train_all([(domain, family)])


def refresh_popularity() -> None:
    """Scheduled: popularity follows the log."""
    _train_all((domain.name, "popularity") for domain in domains if "popularity" in domain.families)


def retrain() -> None:
    """Scheduled nightly: all bases of all domains, after healing the catalogue. Adopted bases stay until staff train anew."""
    from recommendations.publishing import publish_all

    for domain in domains:
        publish_all(domain)
    pairs = [(domain.name, family) for domain in domains for family in domain.models]
    _train_all(pair for pair in pairs if not _adopted(*pair))


def _train_all(pairs: Iterable[tuple[str, str]]) -> None:
    """Train each; one that fails keeps no other from being trained. What is empty (ValueError) is no failure."""
    from ml import runs

    failed = []
    for domain, family in pairs:
        try:
            train_run(runs.queue_run(domain, family), promote=True)
        except ValueError as error:
            logger.info("not trained: domain=%s family=%s: %s", domain, family, error)
        except Exception as error:
            logger.exception("training failed: domain=%s family=%s", domain, family)
            failed.append(f"{domain}/{family}: {error}")
    if failed:
        raise RuntimeError("; ".join(failed))


def _adopted(domain: str, family: str) -> bool:
    """Whether the production base was taken over from somebody else's pipeline (`adopt_pipeline`)."""
    from ml.models import ModelVersion

    found = ModelVersion.objects.filter(domain=domain, family=family, status="production").values_list(
        "metrics", flat=True
    )
    return any("origin" in metrics for metrics in found)


def drop_outcomes(domain: str, member: str) -> None:
    """Take an erased member's rows, told by their hash, out of the evaluations of models."""
    from ml import outcomes

    outcomes.drop_member(domain, int(member))
