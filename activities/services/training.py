"""What the comment filter learns from: the decisions of staff that stand, as hashed rows, and nothing that members report."""

import numpy as np
from django.db import transaction
from django_q.tasks import async_task

from activities.models import ModerationDecision, Verdict
from activities.services.screening import DOMAIN, ESTIMATOR, SCOPE
from ml import parameters, registry
from ml.models import TrainingRun

INDEX, VALUE = np.dtype("<i4"), np.dtype("<f4")


def features_of(text: str) -> bytes:
    """The hashed row of a text: positions, then values. Neither words nor their order can be read from it."""
    from ml.estimators.comments.features import hashed

    row = hashed([text])
    return row.indices.astype(INDEX).tobytes() + row.data.astype(VALUE).tobytes()


def decisions():
    """`Decisions` of staff in their order, with their keys: what the filter is trained on."""
    import scipy.sparse as sp

    from ml.estimators.comments.features import WIDTH
    from ml.estimators.comments.filter import Decisions

    found = list(ModerationDecision.objects.teaching().values_list("pk", "features", "verdict"))
    indices, values, ends = [], [], [0]
    for _key, features, _verdict in found:
        count = len(features) // (INDEX.itemsize + VALUE.itemsize)
        indices.append(np.frombuffer(features, INDEX, count))
        values.append(np.frombuffer(features, VALUE, count, offset=count * INDEX.itemsize))
        ends.append(ends[-1] + count)
    parts = (_joined(values, np.float32), _joined(indices, np.int32), np.array(ends))
    rows = sp.csr_matrix(parts, (len(found), WIDTH))
    abusive = np.array([verdict == Verdict.ABUSIVE for _key, _features, verdict in found], bool)
    return Decisions(rows, abusive, tuple(key for key, _features, _verdict in found))


def _joined(parts, dtype):
    return np.concatenate(parts).astype(dtype) if parts else np.zeros(0, dtype)


def train_soon() -> bool:
    """Queue a training whenever so and so many were decided since the last one; tells whether it did."""
    last = TrainingRun.objects.filter(domain=DOMAIN, family=ESTIMATOR, status="done").order_by("-started_at").first()
    rows = (
        ModerationDecision.objects.all() if last is None else ModerationDecision.objects.filter(at__gt=last.started_at)
    )
    changes = rows.count()
    if not changes or changes % parameters.get(SCOPE)["train_after"]:
        return False
    train_now()
    return True


def train_now() -> None:
    """Queue a training: what was taken back shall not count for longer than that takes."""
    transaction.on_commit(lambda: async_task("activities.tasks.train_filter"))


def waiting() -> dict[int, str]:
    """Keys of the decisions that the filter in production did not learn, and which half of the gate held each back."""
    base = registry.production(DOMAIN, ESTIMATOR)
    if base is None:
        return {}
    keys = base.state["waiting"]
    return dict(zip(keys, base.state.get("sides") or ["clean"] * len(keys), strict=True))


def learned() -> set[int]:
    """Keys of the decisions that the filter in production has learned."""
    base = registry.production(DOMAIN, ESTIMATOR)
    return set(base.state.get("learned", ())) if base is not None else set()
