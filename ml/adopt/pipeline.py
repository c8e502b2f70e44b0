"""What an adopted file says: which vectorizer with which settings, which counts, and from which scikit-learn."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.metadata import version as installed
from typing import Any

import numpy as np

from ml.adopt import bayes, vectorizer
from ml.adopt.checks import check_known, kind
from ml.adopt.errors import AdoptError, shown
from ml.adopt.values import Record


@dataclass
class Found:
    """Everything that is taken over, as plain values and arrays; `notes` are sentences for the operator."""

    vectorizer: dict[str, Any]
    vocabulary: list[str]
    classes: list[str]
    class_count: np.ndarray
    feature_count: np.ndarray
    alpha: float | np.ndarray
    class_prior: np.ndarray | None
    class_log_prior: np.ndarray
    feature_log_prob: np.ndarray
    versions: dict[str, str]
    notes: list[str] = field(default_factory=list)


def describe(root: Any) -> Found:
    """The pipeline in what `machine.read` returned; AdoptError naming what cannot be taken over."""
    notes: list[str] = []
    steps = _steps(_unwrap(root, notes))
    kinds = [kind(step) for step in steps]
    if kinds not in (["count", "bayes"], ["tfidf", "bayes"], ["count", "transformer", "bayes"]):
        names = " → ".join(shown(getattr(step, "path", step)).rpartition(".")[2] for step in steps)
        raise AdoptError(
            f"the steps are {names or 'none'}; needed: CountVectorizer or TfidfVectorizer, then MultinomialNB"
        )
    if not all(isinstance(step.state, dict) for step in steps):
        raise AdoptError("a step of the pipeline has no state: the file is damaged")
    check_known(steps[0], vectorizer.KNOWN | (vectorizer.TFIDF if kinds[0] == "tfidf" else frozenset()))
    vocabulary = vectorizer.vocabulary(steps[0])
    config = vectorizer.settings(steps[0])
    if kinds[0] == "tfidf":
        config |= vectorizer.weights(vectorizer.inner(steps[0]), len(vocabulary))
    elif len(kinds) == 3:
        config |= vectorizer.weights(steps[1], len(vocabulary))
    counts = bayes.counts(steps[-1], len(vocabulary))
    versions = _versions(steps)
    return Found(config, vocabulary, **counts, versions=versions, notes=notes + _explain(versions, steps))


def _unwrap(root: Any, notes: list[str]) -> Record:
    if kind(root) == "search":
        name = root.path.rpartition(".")[2]
        best = root.get("best_estimator_")
        if best is None:
            raise AdoptError(f"the {name} holds no best_estimator_: it was not fitted, or with refit=False")
        notes.append(f"taken out of a {name}; its other candidates and scores stay behind")
        root = best
    if kind(root) != "pipeline":
        what = root.path if isinstance(root, Record) else f"a {type(root).__name__}"
        raise AdoptError(
            f"the file holds {shown(what)}, not a Pipeline. Dump the whole fitted pipeline, vectorizer included."
        )
    return root


def _steps(pipeline: Record) -> list[Any]:
    steps = pipeline.get("steps")
    if not isinstance(steps, list) or not all(isinstance(pair, (tuple, list)) and len(pair) == 2 for pair in steps):
        raise AdoptError("the Pipeline has no list of steps")
    return [step for _, step in steps if step is not None and step != "passthrough"]


def _versions(steps: list[Record]) -> dict[str, str]:
    recorded = sorted({found for step in steps if type(found := step.get("_sklearn_version")) is str and found})
    return {"made_with": shown(", ".join(recorded), 60), "here": installed("scikit-learn")}


def _explain(versions: dict[str, str], steps: list[Record]) -> list[str]:
    """Why a file of another version can be taken over, and what moved in between."""
    made, here = versions["made_with"], versions["here"]
    if made == here:
        return [f"made with scikit-learn {here}, the version here"]
    start = f"made with scikit-learn {made}" if made else "made with a scikit-learn that did not record its version"
    out = [
        f"{start}, here is {here}: only settings and arrays are taken, which mean the same in both; the maths is checked"
    ]
    transformers = [step if kind(step) == "transformer" else step.get("_tfidf") for step in steps]
    if any(isinstance(step, Record) and step.get("_idf_diag") is not None for step in transformers):
        out.append("idf_ was taken out of the diagonal matrix _idf_diag, where older versions keep it")
    if steps[-1].get("force_alpha") is None:
        out.append("no force_alpha (new in 1.2): an alpha under 1e-10 counts as 1e-10, as it did then")
    if steps[-1].get("n_features_") is not None:
        out.append("n_features_ is n_features_in_ since 1.0")
    return out
