"""Estimators that recommend nothing to anybody, name → dotted path; nothing is imported before it is asked for."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ml.estimators.base import Estimator

ESTIMATORS: dict[str, str] = {
    "comment_filter": "ml.estimators.comments.filter.CommentFilter",
    "topic_tagger": "ml.estimators.topics.TopicTagger",
    "spending": "ml.estimators.spending.estimator.Spending",
}


@cache
def get(name: str) -> Estimator:
    """The estimator of that name (they are stateless, so one instance serves all).

    Raises
    ------
    LookupError : for an unknown name; the message lists the known ones.
    """
    if name not in ESTIMATORS:
        raise LookupError(f"no estimator {name!r}; there are: {', '.join(sorted(ESTIMATORS)) or 'none'}")
    module, _, attribute = ESTIMATORS[name].rpartition(".")
    return getattr(import_module(module), attribute)()
