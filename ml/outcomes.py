"""Evaluations of versions: stored beside them, read for the comparison of two."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import structlog
from django.db import transaction

from ml import estimators, families
from ml.evaluation import paired
from ml.evaluation.outcomes import Outcomes, packed, unpacked
from ml.runs import Cancelled

logger = structlog.get_logger(__name__)

#: evaluations kept of one model; production's is kept besides
KEPT = 30


@dataclass(frozen=True)
class Measured:
    """Rows of an evaluation, or the `note` that says why there are none; `info` holds plain values about it."""

    rows: Outcomes | None
    info: dict[str, Any] = field(default_factory=dict)
    note: str = ""


#: (base, say) → what is measured of it; made by the layer that knows domains
Measure = Callable[[Any, Callable[[float, str], None]], Measured]


def store(version, measured: Measured) -> None:
    """Put an evaluation beside its version, in place of an earlier one; the oldest ones of the model are dropped."""
    from ml.models import ModelOutcome
    from ml.values import jsonable

    rows = measured.rows
    values = {
        "data": b"" if rows is None else packed(rows),
        "rows": 0 if rows is None else len(rows),
        "note": measured.note[:300],
        "info": jsonable(measured.info),
    }
    ModelOutcome.objects.update_or_create(version=version, defaults=values)
    same = ModelOutcome.objects.filter(version__domain=version.domain, version__family=version.family)
    kept = same.order_by("-version__number").values_list("pk", flat=True)[:KEPT]
    same.exclude(pk__in=list(kept)).exclude(version__status="production").delete()


def attempt(measure: Measure | None, base: Any, say: Callable[[float, str], None]) -> Measured | None:
    """What `measure` finds; a note where it cannot: the model is sound all the same. None without a measure."""
    if measure is None:
        return None
    try:
        return measure(base, say)
    except (Cancelled, MemoryError):
        raise
    except ValueError as error:
        note = str(error) or type(error).__name__
        say(1.0, f"not evaluated: {note}")
        return Measured(None, note=note)
    except Exception as error:
        logger.exception("evaluation_failed", family=getattr(base, "family", ""))
        return Measured(None, note=f"{type(error).__name__}: {error}")


def possible(family: str) -> bool:
    """Whether versions of a family or estimator can be evaluated row by row."""
    return family in families.FAMILIES or (family in estimators.ESTIMATORS and estimators.get(family).rows)


def of_estimator(maker: Any, data: Any, seed: int = 0) -> Measure:
    """What evaluates an estimator on the data that it is trained on, parts of it held out."""

    def measure(base, say):
        rows = maker.outcomes(data, base.params, seed, base)
        return Measured(rows, {"figures": paired.summary(rows)})

    return measure


def of(version) -> tuple[Any, Outcomes | None]:
    """(The stored evaluation or None, its rows or None); damaged rows count as none, with the reason as note."""
    from ml.models import ModelOutcome

    found = ModelOutcome.objects.filter(version=version).first()
    if found is None or not found.rows:
        return found, None
    try:
        return found, unpacked(bytes(found.data))
    except ValueError as error:
        found.note = str(error)
        return found, None


def drop_member(domain: str, member: int) -> int:
    """Take the rows of a member (by their hash) out of all evaluations of a domain; return from how many.

    The figures that were computed from them stay: they tell nothing about one member.
    """
    from ml.models import ModelOutcome

    changed = 0
    for pk in ModelOutcome.objects.filter(version__domain=domain, rows__gt=0).values_list("pk", flat=True):
        with transaction.atomic():
            row = ModelOutcome.objects.select_for_update().get(pk=pk)
            try:
                found = unpacked(bytes(row.data))
            except ValueError:  # nobody can read them: of() says so
                continue
            kept = found.part(found.member != np.uint64(member))
            if len(kept) < len(found):
                row.data, row.rows = packed(kept), len(kept)
                row.save(update_fields=["data", "rows"])
                changed += 1
    return changed
