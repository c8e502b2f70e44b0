"""What an adopted file says: which vectorizer with which settings, which counts, and from which scikit-learn."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from importlib.metadata import version as installed
from typing import Any

import numpy as np

from ml.adopt.errors import AdoptError, shown
from ml.adopt.names import TABLE
from ml.adopt.values import Array, Name, Record

MAX_FEATURES, MAX_CLASSES, MAX_CELLS = 2_000_000, 10_000, 50_000_000
MAX_PATTERN, MAX_NGRAM = 500, 20
_VECTORIZER = frozenset(
    "input encoding decode_error strip_accents preprocessor tokenizer analyzer lowercase token_pattern stop_words max_df min_df "
    "max_features ngram_range vocabulary binary dtype fixed_vocabulary_ fixed_vocabulary vocabulary_ stop_words_ "
    "charset charset_error min_n max_n n_features_in_".split()
)
_TFIDF = frozenset("norm use_idf smooth_idf sublinear_tf idf_ n_features_in_".split())
_BAYES = frozenset(
    "alpha force_alpha fit_prior class_prior class_count_ feature_count_ class_log_prior_ feature_log_prob_ classes_ "
    "n_features_in_ n_features_ intercept_ coef_".split()
)


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
    kinds = [_kind(step) for step in steps]
    if kinds not in (["count", "bayes"], ["tfidf", "bayes"], ["count", "transformer", "bayes"]):
        names = " → ".join(shown(getattr(step, "path", step)).rpartition(".")[2] for step in steps)
        raise AdoptError(f"the steps are {names or 'none'}; needed: CountVectorizer or TfidfVectorizer, then MultinomialNB")
    _check_known(steps[0], _VECTORIZER | (_TFIDF if kinds[0] == "tfidf" else frozenset()))
    vocabulary = _vocabulary(steps[0])
    config = _settings(steps[0])
    if kinds[0] == "tfidf":
        config |= _weights(_inner(steps[0]), len(vocabulary))
    elif len(kinds) == 3:
        config |= _weights(steps[1], len(vocabulary))
    counts = _counts(steps[-1], len(vocabulary))
    versions = _versions(steps)
    return Found(config, vocabulary, **counts, versions=versions, notes=notes + _explain(versions, steps))


def _kind(value: Any) -> str:
    return TABLE[value.path].kind if isinstance(value, Record) else ""


def _unwrap(root: Any, notes: list[str]) -> Record:
    if _kind(root) == "search":
        name = root.path.rpartition(".")[2]
        best = root.get("best_estimator_")
        if best is None:
            raise AdoptError(f"the {name} holds no best_estimator_: it was not fitted, or with refit=False")
        notes.append(f"taken out of a {name}; its other candidates and scores stay behind")
        root = best
    if _kind(root) != "pipeline":
        what = root.path if isinstance(root, Record) else f"a {type(root).__name__}"
        raise AdoptError(f"the file holds {shown(what)}, not a Pipeline. Dump the whole fitted pipeline, vectorizer included.")
    return root


def _steps(pipeline: Record) -> list[Any]:
    steps = pipeline.get("steps")
    if not isinstance(steps, list) or not all(isinstance(pair, (tuple, list)) and len(pair) == 2 for pair in steps):
        raise AdoptError("the Pipeline has no list of steps")
    return [step for _, step in steps if step is not None and step != "passthrough"]


def _check_known(step: Record, known: frozenset[str]) -> None:
    """A setting that this code does not know may change the features, so it is not passed over."""
    state = step.state if isinstance(step.state, dict) else {}
    unknown = sorted(str(name) for name in state if not str(name).startswith("_") and name not in known)
    unknown = [name for name in unknown if not name.startswith("feature_names_in")]
    if unknown:
        raise AdoptError(
            f"{step.path.rpartition('.')[2]} has {shown(', '.join(unknown))}, which is not known here: it may come from a newer "
            "scikit-learn or from code of your own. Remove it where the pipeline was made, and dump it again."
        )


def _setting(step: Record, name: str, default: Any, kinds: tuple[type, ...], choices: tuple = ()) -> Any:
    value = step.get(name, default)
    if isinstance(value, (Name, Record)):
        raise AdoptError(f"the vectorizer's {name} is {shown(value.path)}: code, which is not taken over")
    if type(value) not in kinds or (choices and value not in choices):
        allowed = f"; allowed: {', '.join(map(str, choices))}" if choices else ""
        raise AdoptError(f"the setting {name} is {_value(value)}{allowed}")
    return value


def _value(value: Any) -> str:
    plain = isinstance(value, (str, int, float, bool, type(None))) and not (isinstance(value, int) and abs(value) > 10**18)
    return shown(repr(value)) if plain else f"a {type(value).__name__}"


def _settings(step: Record) -> dict[str, Any]:
    for name in ("tokenizer", "preprocessor"):
        _setting(step, name, None, (type(None),))
    _setting(step, "input", "content", (str,), ("content",))
    low, high = _ngrams(step.get("ngram_range", (1, 1)))
    stop = step.get("stop_words")
    if stop is not None and stop != "english":
        if not isinstance(stop, (list, tuple, set, frozenset)) or not all(type(word) is str for word in stop):
            raise AdoptError(f"the setting stop_words is {_value(stop)}; allowed: None, 'english' or words")
        stop = sorted(stop)
    analyzer = _setting(step, "analyzer", "word", (str,), ("word", "char", "char_wb"))
    pattern = _pattern(_setting(step, "token_pattern", r"(?u)\b\w\w+\b", (str, type(None))))
    if analyzer == "word" and pattern is None:
        raise AdoptError("the vectorizer has neither a token_pattern nor a tokenizer; set token_pattern and fit it anew")
    dtype = step.get("dtype")
    number = dtype.path.removeprefix("numpy.") if isinstance(dtype, Name) else "float64"
    return {
        "analyzer": analyzer,
        "ngram_range": [low, high],
        "token_pattern": pattern,
        "lowercase": bool(_setting(step, "lowercase", True, (bool, int))),
        "strip_accents": _setting(step, "strip_accents", None, (str, type(None)), (None, "ascii", "unicode")),
        "stop_words": stop,
        "binary": bool(_setting(step, "binary", False, (bool, int))),
        "dtype": "float32" if number == "float32" else "float64",  # whole counts are the same in both
    }


def _ngrams(value: Any) -> tuple[int, int]:
    fine = isinstance(value, (tuple, list)) and len(value) == 2 and all(type(n) is int for n in value)
    if not fine or not 1 <= value[0] <= value[1] <= MAX_NGRAM:
        raise AdoptError(f"the setting ngram_range is not a pair of numbers from 1 to {MAX_NGRAM}")
    return value[0], value[1]


def _pattern(pattern: str | None) -> str | None:
    if pattern is None:
        return None
    try:
        groups = re.compile(pattern).groups if len(pattern) <= MAX_PATTERN else 2
    except (re.error, RecursionError, OverflowError) as error:
        raise AdoptError(f"the token_pattern {shown(pattern)!r} is not a regular expression") from error
    if groups > 1:
        raise AdoptError(f"the token_pattern {shown(pattern)!r} has several groups, or more than {MAX_PATTERN} characters")
    return pattern


def _vocabulary(step: Record) -> list[str]:
    """The words in the order of their columns."""
    found = step.get("vocabulary_", step.get("vocabulary"))
    if isinstance(found, (list, tuple)) and "vocabulary_" not in (step.state or {}):
        found = dict(zip(found, range(len(found)), strict=True)) if all(type(word) is str for word in found) else None
    if not isinstance(found, dict) or not found:
        raise AdoptError("the vectorizer has no vocabulary_: it was not fitted, or keeps none (HashingVectorizer)")
    if len(found) > MAX_FEATURES:
        raise AdoptError(f"the vocabulary has {len(found):,} words; the limit is {MAX_FEATURES:,}")
    names: list[str] = [""] * len(found)
    seen = bytearray(len(found))
    for word, column in found.items():
        if type(word) is not str or type(column) is not int or not 0 <= column < len(found) or seen[column]:
            raise AdoptError("vocabulary_ does not number its words from 0 without gaps and repetitions")
        if "\0" in word or not word or any("\ud800" <= char <= "\udfff" for char in word):
            raise AdoptError(f"the vocabulary holds the word {shown(repr(word))}, which cannot be stored")
        names[column], seen[column] = word, 1
    return names


def _inner(step: Record) -> Record:
    """The TfidfTransformer within a TfidfVectorizer, with the settings that the vectorizer hands on when it is used."""
    inner = step.get("_tfidf")
    if _kind(inner) != "transformer":
        raise AdoptError("the TfidfVectorizer holds no TfidfTransformer: it was not fitted")
    own = {name: step.state[name] for name in ("norm", "use_idf", "smooth_idf", "sublinear_tf") if name in step.state}
    return Record(inner.path, (), {**(inner.state or {}), **own})


def _weights(step: Record, width: int) -> dict[str, Any]:
    _check_known(step, _TFIDF)
    out = {
        "norm": _setting(step, "norm", "l2", (str, type(None)), (None, "l1", "l2")),
        "sublinear_tf": bool(_setting(step, "sublinear_tf", False, (bool, int))),
        "tfidf": True,
    }
    if not _setting(step, "use_idf", True, (bool, int)):
        return out
    idf = step.get("idf_")
    if idf is None and _kind(step.get("_idf_diag")) == "sparse":  # a diagonal matrix, until scikit-learn 1.5
        idf = _diagonal(step.get("_idf_diag"))
    values = numbers(idf, "idf_").ravel()
    if len(values) != width or (values < 0).any():
        raise AdoptError(f"idf_ is not one weight of 0 or more for each of {width:,} words")
    return {**out, "idf": values}


def _diagonal(matrix: Record) -> Any:
    """The data of a sparse matrix that holds a diagonal and nothing else."""
    rows, places = matrix.get("indices"), matrix.get("offsets")
    if rows is not None:
        found = numbers(rows, "_idf_diag")
        fine = np.array_equal(found, np.arange(found.size))
    else:
        fine = numbers(places, "_idf_diag").tolist() == [0]
    if not fine:
        raise AdoptError("_idf_diag is not a diagonal matrix")
    return matrix.get("data")


def numbers(value: Any, name: str, finite: bool = True) -> np.ndarray:
    """A float64 copy of an array of numbers; AdoptError naming it when it is none."""
    found = value.value if isinstance(value, Array) else None
    if found is None or found.dtype.kind not in "fiub":
        raise AdoptError(f"{name} is missing or no array of numbers: the pipeline was not fitted, or is of an unknown version")
    out = found.astype(np.float64)
    if np.isnan(out).any() or (finite and not np.isfinite(out).all()):
        raise AdoptError(f"{name} holds numbers that are not finite")
    return out


def _counts(step: Record, width: int) -> dict[str, Any]:
    _check_known(step, _BAYES)
    classes = _classes(step.get("classes_"))
    if len(classes) * width > MAX_CELLS:
        raise AdoptError(f"{len(classes):,} classes × {width:,} words are more than {MAX_CELLS:,} numbers")
    shape = (len(classes), width)
    arrays = {
        "class_count": numbers(step.get("class_count_"), "class_count_"),
        "feature_count": numbers(step.get("feature_count_"), "feature_count_"),
        "class_log_prior": numbers(step.get("class_log_prior_"), "class_log_prior_", finite=False),
        "feature_log_prob": numbers(step.get("feature_log_prob_"), "feature_log_prob_", finite=False),
    }
    for name, array in arrays.items():
        wanted = shape if name.startswith("feature") else shape[:1]
        if array.shape != wanted:
            raise AdoptError(f"{name}_ has the shape {array.shape}; {wanted} fits classes and vocabulary")
    if (arrays["class_count"] < 0).any() or (arrays["feature_count"] < 0).any() or not arrays["class_count"].sum():
        raise AdoptError("class_count_ or feature_count_ holds negative numbers, or nothing at all")
    return {**arrays, "classes": classes, "alpha": _alpha(step, width), "class_prior": _prior(step, len(classes))}


def _classes(value: Any) -> list[str]:
    """The labels as text: 3 and "3" are the same key of the mapping."""
    if not isinstance(value, Array):
        raise AdoptError("MultinomialNB has no classes_: it was not fitted")
    items = value.items if value.items is not None else None
    if items is None and value.value is not None and value.value.ndim == 1 and value.value.dtype.kind in "iubUf":
        items = value.value.tolist() if len(value.value) <= MAX_CLASSES else None
    if items is None or not 0 < len(items) <= MAX_CLASSES:
        raise AdoptError(f"classes_ is not a list of 1 to {MAX_CLASSES:,} labels")
    if not all(type(item) in (str, int, float, bool) for item in items):
        raise AdoptError("classes_ holds something else than texts and numbers")
    return [str(int(item)) if type(item) is float and item.is_integer() else str(item)[:200] for item in items]


def _alpha(step: Record, width: int) -> float | np.ndarray:
    """The smoothing that was in force: without `force_alpha` (before 1.2) nothing under 1e-10 is."""
    value = step.get("alpha", 1.0)
    out = numbers(value, "alpha") if isinstance(value, Array) else value
    if type(out) not in (int, float, np.ndarray) or (isinstance(out, np.ndarray) and out.shape not in ((), (1,), (width,))):
        raise AdoptError(f"alpha is {_value(value)}; needed: a number, or one for each word")
    array = np.asarray(out, np.float64)
    array = array if step.get("force_alpha", False) is True else np.maximum(array, 1e-10)
    if not (array > 0).all() or not np.isfinite(array).all():
        raise AdoptError("alpha is not above 0: words of one class only would rule out all others. Refit with a small alpha.")
    return float(array.ravel()[0]) if array.size == 1 else array


def _prior(step: Record, size: int) -> np.ndarray | None:
    """Fixed probabilities of the classes (`class_prior`, or equal ones for fit_prior=False); None where they are learned."""
    given = step.get("class_prior")
    if given is not None:
        plain = isinstance(given, (list, tuple)) and all(type(share) in (int, float) for share in given)
        prior = np.array(given, np.float64) if plain else numbers(given, "class_prior")
        if prior.shape != (size,) or (prior < 0).any() or not prior.sum() > 0 or not np.isfinite(prior).all():
            raise AdoptError(f"class_prior is not one share of 0 or more for each of {size} classes")
        return prior / prior.sum()
    return None if bool(_setting(step, "fit_prior", True, (bool, int))) else np.full(size, 1 / size)


def _versions(steps: list[Record]) -> dict[str, str]:
    recorded = sorted({str(step.get("_sklearn_version") or "") for step in steps} - {""})
    return {"made_with": shown(", ".join(recorded), 60), "here": installed("scikit-learn")}


def _explain(versions: dict[str, str], steps: list[Record]) -> list[str]:
    """Why a file of another version can be taken over, and what moved in between."""
    made, here = versions["made_with"], versions["here"]
    if made == here:
        return [f"made with scikit-learn {here}, the version here"]
    start = f"made with scikit-learn {made}" if made else "made with a scikit-learn that did not record its version"
    out = [f"{start}, here is {here}: only settings and arrays are taken, which mean the same in both; the maths is checked"]
    states = [step.state if isinstance(step.state, dict) else {} for step in steps]
    states += [inner.state for state in states if isinstance(inner := state.get("_tfidf"), Record) and inner.state]
    if any("_idf_diag" in state for state in states):
        out.append("idf_ was taken out of the diagonal matrix _idf_diag, where older versions keep it")
    if steps[-1].get("force_alpha") is None:
        out.append("no force_alpha (new in 1.2): an alpha under 1e-10 counts as 1e-10, as it did then")
    if any("n_features_" in state for state in states):
        out.append("n_features_ is n_features_in_ since 1.0")
    return out
