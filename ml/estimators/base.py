"""The contract of estimators: what recommends nothing but shares versions, training, evaluation and admin with families."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from ml.evaluation.outcomes import Outcomes
from ml.families.base import Base, Param, Progress, with_defaults


class Estimator:
    """A kind of model that tags, filters or forecasts. Stateless; all learned things live in a `Base`."""

    name: ClassVar[str]
    format: ClassVar[int] = 1  # of the state; raise it when `Base.state` changes: older bases are refused, not misread
    params: ClassVar[Mapping[str, Param]] = {}

    @abstractmethod
    def fit(self, data: Any, params: Mapping[str, Any] | None = None, progress: Progress | None = None) -> Base:
        """Train on what the domain's `estimator_data` gives; deterministic for equal data and params."""

    @abstractmethod
    def predict(self, base: Base, rows: Any) -> Any:
        """Predictions for `rows`, of the kind that `fit` was given."""

    @abstractmethod
    def evaluate(self, data: Any, params: Mapping[str, Any] | None = None, seed: int = 0) -> tuple[dict, bytes | None]:
        """Metrics on a held-out part of `data` (plain values, for `ModelVersion.metrics`), and a picture (PNG) or None."""

    #: whether `outcomes` gives rows
    rows: ClassVar[bool] = False

    def outcomes(
        self, data: Any, params: Mapping[str, Any] | None = None, seed: int = 0, base: Base | None = None
    ) -> Outcomes:
        """What the estimator says of held-out parts of `data`, row by row, so that two versions can be compared in pairs.

        `base` is the version itself: only estimators with test rows that no version was trained on ask it.
        """
        raise NotImplementedError

    def size(self, data: Any) -> int:
        """How many rows `data` has."""
        return len(data)

    def with_defaults(self, params: Mapping[str, Any] | None) -> dict[str, Any]:
        """`params` over the defaults; ValueError naming an unknown or out-of-range one."""
        return with_defaults(self.name, self.params, params)
