"""The only names that a file may mention, why text pipelines need each, and what stands in for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from ml.adopt.errors import AdoptError, shown
from ml.adopt.values import Array, Dtype, Name, Record, array_of, is_key


class Entry(NamedTuple):
    """`build(path, args)` makes what a call yields (None: it may not be called); `kind` says what `pipeline` takes it for."""

    why: str
    build: Callable[[str, tuple], Any] | None = None
    kind: str = ""


def record(path: str, args: tuple) -> Record:
    return Record(path, args)


def _dtype(path: str, args: tuple) -> Dtype:
    if not args or type(args[0]) is not str:
        raise AdoptError("a dtype without a code")
    return Dtype(args[0])


def _empty_array(path: str, args: tuple) -> Array:
    if len(args) != 3 or not isinstance(args[0], Name) or args[0].path != "numpy.ndarray":
        raise AdoptError("an array of a class other than numpy.ndarray")
    return Array()


def _scalar(path: str, args: tuple) -> Any:
    if len(args) != 2 or not isinstance(args[0], Dtype):
        raise AdoptError("a NumPy number without dtype and data")
    return array_of(args[1], args[0], (), "C").item()


def _from_buffer(path: str, args: tuple) -> Array:
    if len(args) != 4 or not isinstance(args[1], Dtype):
        raise AdoptError("an array without data, dtype, shape and order")
    return Array(array_of(args[0], args[1], args[2], args[3]))


def _encode(path: str, args: tuple) -> bytes:
    if len(args) != 2 or type(args[0]) is not str or args[1] not in ("latin1", "latin-1"):
        raise AdoptError("_codecs.encode with other arguments than a text and 'latin1'")
    return args[0].encode("latin-1")


def _bytes(path: str, args: tuple) -> bytes:
    if not args:
        return b""
    if len(args) != 1 or not isinstance(args[0], (bytes, bytearray)):  # bytes(10**12) would be that large
        raise AdoptError(f"{path} of something else than bytes")
    return bytes(args[0])


def _set(path: str, args: tuple) -> frozenset:
    items = args[0] if args else []
    if len(args) > 1 or not isinstance(items, (list, tuple)) or not all(is_key(item) for item in items):
        raise AdoptError(f"{path} of something else than a list of plain values")
    return frozenset(items)


def _reconstructor(path: str, args: tuple) -> Record:
    if not args or not isinstance(args[0], Name) or args[0].entry.build is not record:
        raise AdoptError("copyreg._reconstructor of something else than a class of the table")
    return Record(args[0].path, args)


_MULTIARRAY = ("numpy.core.multiarray", "numpy._core.multiarray")  # before and since NumPy 2
_STEP = "a step of the pipeline: only its settings and arrays are kept"
_SEARCH = "a search around the pipeline: only best_estimator_ is looked at"
_IDLE = "part of a search's settings or results: read past, never used"

TABLE: dict[str, Entry] = {
    "sklearn.pipeline.Pipeline": Entry(_STEP, record, "pipeline"),
    "sklearn.feature_extraction.text.CountVectorizer": Entry(_STEP, record, "count"),
    "sklearn.feature_extraction.text.TfidfVectorizer": Entry(_STEP, record, "tfidf"),
    "sklearn.feature_extraction.text.TfidfTransformer": Entry(_STEP, record, "transformer"),
    "sklearn.naive_bayes.MultinomialNB": Entry(_STEP, record, "bayes"),
    "sklearn.model_selection._search.GridSearchCV": Entry(_SEARCH, record, "search"),
    "sklearn.model_selection._search.RandomizedSearchCV": Entry(_SEARCH, record, "search"),
    "joblib.numpy_pickle.NumpyArrayWrapper": Entry("says that an array's bytes follow", record, "wrapper"),
    "sklearn.externals.joblib.numpy_pickle.NumpyArrayWrapper": Entry("the same, before 0.21", record, "wrapper"),
    **{f"{module}._reconstruct": Entry("an array", _empty_array) for module in _MULTIARRAY},
    **{f"{module}.scalar": Entry("a number (alpha, scores)", _scalar) for module in _MULTIARRAY},
    "numpy.core.numeric._frombuffer": Entry("an array, protocol 5", _from_buffer),
    "numpy._core.numeric._frombuffer": Entry("an array, protocol 5", _from_buffer),
    "numpy.ndarray": Entry("the class of arrays, as an argument"),
    "numpy.dtype": Entry("the type of an array's numbers", _dtype),
    **{f"numpy.{name}": Entry("a vectorizer's dtype setting") for name in ("float64", "float32", "int64", "int32")},
    "_codecs.encode": Entry("bytes in protocols 0 to 2", _encode),
    "builtins.bytes": Entry("bytes in protocols 0 to 2", _bytes),
    "builtins.bytearray": Entry("bytes of an array, protocols 0 to 4", _bytes),
    "builtins.set": Entry("stop_words_ in protocols 0 to 3", _set),
    "builtins.frozenset": Entry("stop words in protocols 0 to 3", _set),
    "builtins.object": Entry("argument of copyreg._reconstructor"),
    "copyreg._reconstructor": Entry("an instance in protocols 0 and 1", _reconstructor),
    "scipy.sparse._csr.csr_matrix": Entry("_idf_diag of a TfidfTransformer until scikit-learn 1.5", record, "sparse"),
    "scipy.sparse.csr.csr_matrix": Entry("the same, before SciPy 1.8", record, "sparse"),
    "scipy.sparse._dia.dia_matrix": Entry("_idf_diag before scikit-learn 0.20", record, "sparse"),
    "scipy.sparse.dia.dia_matrix": Entry("the same, before SciPy 1.8", record, "sparse"),
    **{
        path: Entry(_IDLE, record)
        for path in (
            "builtins.getattr",  # bound methods inside SciPy's distributions; the stand-in looks nothing up
            "numpy.vectorize",
            "numpy.ma.core._mareconstruct",
            "numpy.ma.core.MaskedArray",
            "numpy.ma.MaskedArray",
            "numpy.random._mt19937.MT19937",
            "numpy.random._pickle.__bit_generator_ctor",
            "numpy.random._pickle.__randomstate_ctor",
            "numpy.random.bit_generator.SeedSequence",
            "numpy.random.bit_generator.__pyx_unpickle_SeedSequence",
            "scipy.stats._distn_infrastructure.rv_frozen",
            "scipy.stats._distn_infrastructure.rv_continuous_frozen",
            "scipy.stats._distn_infrastructure.rv_discrete_frozen",
            "scipy.stats._continuous_distns.uniform_gen",
            "scipy.stats._continuous_distns.reciprocal_gen",
            "scipy.stats._continuous_distns.expon_gen",
            "scipy.stats._discrete_distns.randint_gen",
            "sklearn.metrics._scorer._passthrough_scorer",
            "sklearn.metrics._scorer._PassthroughScorer",
            "sklearn.metrics._scorer._Scorer",
            "sklearn.metrics._scorer._PredictScorer",
            "sklearn.metrics._scorer._ProbaScorer",
            "sklearn.metrics.scorer._passthrough_scorer",
            "sklearn.metrics.scorer._PredictScorer",
            "sklearn.metrics._classification.accuracy_score",
            "sklearn.metrics._classification.balanced_accuracy_score",
            "sklearn.metrics._classification.f1_score",
            "sklearn.metrics._classification.log_loss",
            "sklearn.metrics._classification.precision_score",
            "sklearn.metrics._classification.recall_score",
            "sklearn.metrics.classification.accuracy_score",
            "sklearn.metrics.classification.f1_score",
            "sklearn.model_selection._split.KFold",
            "sklearn.model_selection._split.StratifiedKFold",
            "sklearn.model_selection._split.ShuffleSplit",
            "sklearn.model_selection._split.StratifiedShuffleSplit",
        )
    },
}
_OLD = {"__builtin__": "builtins", "copy_reg": "copyreg"}  # what protocols 0 to 2 call them
_CUSTOM = ("tokenizer", "preprocessor", "analyzer")


def find(module: str, name: str, near: list) -> Name:
    """The stand-in for a global; AdoptError naming one that is not in the table. `near`: what lies on the stack's top."""
    path = f"{_OLD.get(module, module)}.{name}"
    entry = TABLE.get(path)
    if entry is not None:
        return Name(path, entry)
    setting = next((value for value in reversed(near) if type(value) is str and value in _CUSTOM), "")
    raise AdoptError(_refusal(shown(path, 120), setting))


def _refusal(path: str, setting: str) -> str:
    if setting:
        return (
            f"the vectorizer has a {setting} of its own, {path}: code, which is not taken over. Where the pipeline was made, "
            "set its `token_pattern`, `analyzer`, `ngram_range`, `lowercase`, `strip_accents` and `stop_words` instead, fit "
            "and dump it again; or import the labelled texts (docs/how-to/import.md) and train a base of this site's own."
        )
    if path.startswith("sklearn."):
        return (
            f"the file holds {path}. Only a Pipeline of CountVectorizer or TfidfVectorizer (or CountVectorizer and "
            "TfidfTransformer) and MultinomialNB can be taken over, or a GridSearchCV or RandomizedSearchCV around one."
        )
    return (
        f"the file asks for {path}, which no such pipeline needs, so it was not read any further and nothing was run. If "
        "this is a function or class of your own, take it out where the pipeline was made and dump it again (of a search: "
        "joblib.dump(search.best_estimator_, FILE)); if you do not know it, do not load this file anywhere."
    )
