"""A draft's feed beside the one in force on recent events: queued, measured in the task queue, shown as it goes, cancelled.

The same replay as `manage.py evaluate`: bases are fitted on what was before the window, each choice in it is predicted from what
was known until then. Lists of both sides are made for the same moments, so that differences are paired.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_q.tasks import async_task
from sklearn.feature_extraction.text import HashingVectorizer

from ml.evaluation import diversity, ranking
from ml.models import ParameterDraft
from recommendations import catalogue, model_settings
from recommendations.data import Log, log_of
from recommendations.domains import Domain, domains
from recommendations.evaluation import Fitter, Policy, families_of, split_times, walk
from recommendations.feeds import Feed
from recommendations.menus import walk_menus
from recommendations.models import PreviewRun
from recommendations.preview import params_of

logger = logging.getLogger(__name__)

K = 8
EVENTS = 400
DRAWS = 500
STAGES = {
    "read": gettext_lazy("reading the log"),
    "fit": gettext_lazy("fitting models on what was before"),
    "replay": gettext_lazy("replaying recent events"),
    "compare": gettext_lazy("comparing"),
}
Report = Callable[[float, str], None]


class AlreadyRunning(RuntimeError):
    """This draft's feed is being evaluated."""


class Cancelled(RuntimeError):
    """Staff cancelled the run."""


class NoData(ValueError):
    """There is nothing to evaluate on; the message says what is missing."""


def queue(draft: ParameterDraft, domain: Domain, feed: Feed, by=None) -> PreviewRun:
    """A row, and the task that fills it; AlreadyRunning where one is under way."""
    _bury(draft)
    before, after = params_of(draft, domain, feed)
    values = {"draft_version": draft.version, "before": before, "after": after, "by": by}
    try:
        with transaction.atomic():
            run = PreviewRun.objects.create(draft=draft, domain=domain.name, feed=feed.name, **values)
    except IntegrityError:
        raise AlreadyRunning(_("This feed of the draft is being evaluated already.")) from None
    transaction.on_commit(lambda: async_task("recommendations.preview_runs.work", run.pk, save=False))
    return run


def cancel(run: PreviewRun) -> bool:
    """Whether there was something to cancel; a run that is at work notices at its next step."""
    rows = PreviewRun.objects.filter(pk=run.pk, status__in=PreviewRun.ACTIVE)
    return bool(rows.update(status="cancelled", finished_at=timezone.now()))


def work(pk: int) -> None:
    """The task. Delivered twice, it works once; whatever goes wrong ends up in the row."""
    rows = PreviewRun.objects.filter(pk=pk)
    if not rows.filter(status="queued").update(status="running", updated_at=timezone.now()):
        return
    run, running = rows.get(), rows.filter(status="running")

    def report(share: float, stage: str) -> None:
        if not running.update(progress=min(max(share, 0.0), 1.0), stage=stage, updated_at=timezone.now()):
            raise Cancelled

    try:
        domain = domains[run.domain]
        result = measure(domain, domain.feed(run.feed), run.before, run.after, report)
        end: dict[str, Any] = {"status": "done", "progress": 1.0, "result": result}
    except Cancelled:
        return
    except Exception as error:
        logger.info("preview failed: run=%s", pk, exc_info=True)
        text = str(error) if isinstance(error, (NoData, LookupError)) else f"{type(error).__name__}: {error}"
        end = {"status": "failed", "error": text[:500]}
    running.update(**end, finished_at=timezone.now(), updated_at=timezone.now())


def measure(domain: Domain, feed: Feed, before: Mapping, after: Mapping, report: Report, k: int = K) -> dict[str, Any]:
    """Quality and variety of both sides, with 95 % intervals over members; NoData says what is missing."""
    report(0.0, "read")
    log = log_of(domain, catalogue.current(domain.name))
    policies = [Policy("before", feed, before), Policy("after", feed, after)]
    members, places, lists = _replay(domain, log, policies, report, k)
    report(0.95, "compare")
    found = {
        "hit_rate": [ranking.hits(places[side], k).astype(float) for side in (0, 1)],
        "ndcg": [ranking.gains(places[side], k) for side in (0, 1)],
        "intra_list_distance": _distances(log, lists),
    }
    rows = {name: _rows(old, new, members) for name, (old, new) in found.items()}
    rows.update(_spread(lists, members, len(log.snapshot)))
    return {"events": len(members), "members": len(np.unique(members)), "k": k, "rows": rows}


class _Watched(Fitter):
    """Says that it fits, which takes the longest."""

    report: Report

    def _base(self, name, end, given):
        self.report(0.1, "fit")
        return super()._base(name, end, given)


def _replay(domain: Domain, log: Log, policies: list[Policy], report: Report, k: int):
    """(member of each step, ranks of both sides, lists of both sides)."""
    try:
        _validation, start, end = split_times(log)
    except ValueError:
        text = _("There are %(n)d events of this domain; at least 20 are needed to evaluate on.")
        raise NoData(text % {"n": len(log)}) from None
    fitter = _Watched(domain, log, {name: model_settings.in_force(domain.name, name) for name in domain.families})
    fitter.report = report
    way = walk_menus if domain.past_offers() else walk
    more: dict[str, Any] = {"families": families_of(policies), "fitter": fitter, "refits": 1, "events": EVENTS}
    steps = way(domain, log, start, end, progress=lambda share, _text: report(0.3 + 0.6 * share, "replay"), **more)
    members: list[int] = []
    places: list[list[float]] = [[], []]
    lists: list[list[list[int]]] = [[], []]
    for scene, user, position in steps:
        members.append(user)
        for side, policy in enumerate(policies):
            order = policy.feed.rank(scene(policy.feed, policy.params), k).order[:k].tolist()
            places[side].append(float(order.index(position)) if position in order else np.inf)
            lists[side].append(order)
    if not members:
        text = _("None of the events since %(day)s can be predicted, so there is nothing to compare on.")
        raise NoData(text % {"day": dt.datetime.fromtimestamp(start, dt.UTC).date()})
    return np.array(members), [np.array(p) for p in places], lists


def _rows(old: np.ndarray, new: np.ndarray, members: np.ndarray) -> dict[str, list[float]]:
    return {
        "before": list(ranking.bootstrap_interval(old, members, draws=DRAWS)),
        "after": list(ranking.bootstrap_interval(new, members, draws=DRAWS)),
        "difference": list(ranking.paired_bootstrap(new, old, members, draws=DRAWS)),
    }


def _distances(log: Log, lists: list[list[list[int]]]) -> list[np.ndarray]:
    """Mean distance of a list's items by their texts, for each list of both sides."""
    shown = sorted({position for side in lists for rows in side for position in rows})
    at = {position: row for row, position in enumerate(shown)}
    texts = [log.snapshot.item(position).text for position in shown] or [""]
    hashed = HashingVectorizer(n_features=512, analyzer="char_wb", ngram_range=(2, 3), alternate_sign=False)
    features = hashed.transform(texts).toarray()
    return [
        np.array([diversity.intra_list_distance([at[p] for p in rows], features) for rows in side]) for side in lists
    ]


def _spread(lists: list[list[list[int]]], members: np.ndarray, items: int) -> dict[str, dict[str, list[float]]]:
    """Coverage of the catalogue and Gini of how often items are shown, with intervals from members drawn again."""
    people, row = np.unique(members, return_inverse=True)
    shown = np.unique([position for side in lists for positions in side for position in positions] or [0]).astype(int)
    counts = []
    for side in lists:
        table = np.zeros((len(people), len(shown)), np.float32)
        for member, positions in zip(row, side, strict=True):
            table[member, np.searchsorted(shown, positions)] += 1
        counts.append(table)
    generator = np.random.default_rng(0)
    draws = [np.bincount(generator.integers(0, len(people), len(people)), minlength=len(people)) for _n in range(DRAWS)]
    weights = np.array([np.ones(len(people)), *draws], np.float32)  # the first row: everybody once
    found = {}
    for name, of in (("coverage", _coverage), ("gini", _gini)):
        old, new = (np.array([of(sums, items) for sums in weights @ table]) for table in counts)
        found[name] = {"before": _interval(old), "after": _interval(new), "difference": _interval(new - old)}
    return found


def _coverage(counts: np.ndarray, items: int) -> float:
    return float((counts > 0).sum() / max(items, 1))


def _gini(counts: np.ndarray, items: int) -> float:
    """`diversity.gini` from how often each item was shown; items that never were count as zeros."""
    total = counts.sum()
    ranks = np.arange(items - len(counts) + 1, items + 1)
    return float(((2 * ranks - items - 1) * np.sort(counts)).sum() / (items * total)) if total else 0.0


def _interval(values: np.ndarray) -> list[float]:
    """The value, and 1.96 standard errors around it; whoever is drawn twice shows nothing new, so percentiles lie beside it."""
    margin = 1.96 * float(values[1:].std())
    return [float(values[0]), float(values[0]) - margin, float(values[0]) + margin]


def _bury(draft: ParameterDraft) -> None:
    """Runs whose process must be gone (the queue ends each at its timeout) block nobody."""
    limit = timezone.now() - dt.timedelta(seconds=settings.Q_CLUSTER["timeout"])
    silent = PreviewRun.objects.filter(draft=draft, status="running", updated_at__lt=limit)
    silent.update(status="failed", error=_("The process that evaluated is gone."), finished_at=timezone.now())
