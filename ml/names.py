"""Families, estimators, verbs and domains in words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

NAMES = {
    "naive_bayes": _("Own words (naive Bayes)"),
    "popularity": _("Popularity"),
    "item_item": _("Chosen by the same people (item–item)"),
    "matrix_factorization": _("Shared tastes (matrix factorization)"),
    "content": _("Alike in content"),
    "content_choice": _("Content of choices"),
    "item2vec": _("Order of doing (item2vec)"),
    "deepfm": _("What may be failed (DeepFM)"),
    "boosting": _("Habits (boosted trees)"),
    "neural_cf": _("Order of choices (neural network)"),
    "deepfm_choice": _("Choice of the moment (DeepFM)"),
    "comment_filter": _("Comment filter"),
    "topic_tagger": _("Topic tagger"),
    "spending": _("Spending forecast"),
}

VERBS = {
    "view": _("looked at"),
    "like": _("liked"),
    "dislike": _("not interested"),
    "hide": _("hid"),
    "join": _("joined"),
    "leave": _("left"),
    "comment": _("commented on"),
    "order": _("ordered"),
    "cancel": _("cancelled"),
    "skip": _("passed over"),
    "solve": _("solved"),
    "fail": _("tried"),
    "impression": _("was shown"),
    "pause": _("paused learning"),
    "resume": _("resumed learning"),
}

#: Domain → its name; filled by the layer that knows them, at start-up.
DOMAINS: dict[str, Any] = {}


def of(model: str) -> Any:
    """The name of a family or estimator in words; one that nobody named stays as it is."""
    return NAMES.get(model, model)


def verb(name: str) -> Any:
    """A verb in words; one that nobody named stays as it is."""
    return VERBS.get(name, name)


def domain(name: str) -> Any:
    """A domain in words; one that is no longer there stays as it was."""
    return DOMAINS.get(name, name)
