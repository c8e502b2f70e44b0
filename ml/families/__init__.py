"""Families of models, name → dotted path; nothing is imported before it is asked for (docs/how-to/family.md)."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ml.families.base import Family

FAMILIES: dict[str, str] = {
    "naive_bayes": "ml.families.naive_bayes.NaiveBayes",
    "popularity": "ml.families.popularity.Popularity",
    "item_item": "ml.families.item_item.ItemItem",
    "matrix_factorization": "ml.families.matrix_factorization.MatrixFactorization",
    "content": "ml.families.content.Content",
    "item2vec": "ml.families.item2vec.Item2Vec",
    "deepfm": "ml.families.vulnerability.family.DeepFM",
    "content_choice": "ml.families.choices.content.ContentChoice",
    "boosting": "ml.families.choices.boosting.Boosting",
    "neural_cf": "ml.families.choices.neural.NeuralCF",
    "deepfm_choice": "ml.families.choices.neural.DeepFMChoice",
}


@cache
def get(name: str) -> Family:
    """The family of that name (families are stateless, so one instance serves all).

    Raises
    ------
    LookupError : for an unknown name; the message lists the known ones.
    """
    if name not in FAMILIES:
        raise LookupError(f"no model family {name!r}; there are: {', '.join(sorted(FAMILIES))}")
    module, _, attribute = FAMILIES[name].rpartition(".")
    return getattr(import_module(module), attribute)()
