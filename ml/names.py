"""Families and estimators in words, for staff."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

NAMES = {
    "naive_bayes": _("Own words (naive Bayes)"),
    "popularity": _("Popularity"),
    "item_item": _("Chosen by the same people (item–item)"),
    "matrix_factorization": _("Shared tastes (matrix factorization)"),
    "content": _("Alike in content"),
    "item2vec": _("Order of doing (item2vec)"),
    "deepfm": _("What may be failed (DeepFM)"),
    "boosting": _("Habits (boosted trees)"),
    "neural_cf": _("Order of choices (neural network)"),
    "deepfm_choice": _("Choice of the moment (DeepFM)"),
    "comment_filter": _("Comment filter"),
    "topic_tagger": _("Topic tagger"),
    "spending": _("Spending forecast"),
}


def of(model: str) -> Any:
    """The name of a family or estimator in words; one that nobody named stays as it is."""
    return NAMES.get(model, model)
