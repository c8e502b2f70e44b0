"""A stratified hold-out for text classifiers: report as plain values, confusion matrix as a picture."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support
from sklearn.model_selection import train_test_split

from ml.families.items import Item
from ml.families.naive_bayes import NaiveBayes

FONTS = ("Noto Sans CJK KR", "Noto Sans KR", "NanumGothic", "NanumBarunGothic", "Malgun Gothic", "AppleGothic")

MIN_PER_CLASS, MIN_TEXTS = 2, 20  # below, a stratified hold-out says nothing


def evaluate_classifier(
    texts: Sequence[str],
    labels: Sequence[str],
    params: Mapping[str, Any] | None = None,
    seed: int = 124,
    test_share: float = 0.2,
) -> dict[str, Any]:
    """Train `naive_bayes` on a stratified part and report on the rest.

    Labels with a single text stay in the training part. Raises ValueError where nothing can be held out.
    """
    train, test = split(labels, seed, test_share)
    if not len(test) or len({labels[at] for at in train}) < 2:
        raise ValueError("an evaluation needs two labels and enough texts of one to hold some out")
    family = NaiveBayes()
    base = family.fit_texts([texts[at] for at in train], [labels[at] for at in train], params)
    personal = family.open(base)
    predicted = np.array(personal.classes)[personal.predict_proba([texts[at] for at in test]).argmax(1)]
    return report([labels[at] for at in test], predicted.tolist()) | {
        "train": len(train), "test": len(test), "seed": seed, "params": dict(base.params),
    }  # fmt: skip


def split(labels: Sequence[str], seed: int, test_share: float = 0.2) -> tuple[np.ndarray, np.ndarray]:
    """(training, test) positions, stratified; scikit-learn's split wherever it can make one."""
    count = Counter(labels)
    usable = np.array([at for at, label in enumerate(labels) if count[label] > 1], int)
    single = np.array([at for at, label in enumerate(labels) if count[label] == 1], int)
    classes = len({labels[at] for at in usable})
    size = round(len(usable) * test_share)
    if not classes or size < classes or len(usable) - size < classes:
        return np.arange(len(labels)), np.zeros(0, int)
    train, test = train_test_split(
        usable, test_size=test_share, stratify=[labels[at] for at in usable], random_state=seed
    )
    return np.concatenate([train, single]), test


def report(true: Sequence[str], predicted: Sequence[str]) -> dict[str, Any]:
    """Accuracy, macro averages, a table per class and the confusion matrix (rows: true), all plain values."""
    classes = sorted({*true, *predicted})
    matrix = confusion_matrix(true, predicted, labels=classes)
    precision, recall, f1, support = precision_recall_fscore_support(true, predicted, labels=classes, zero_division=0)
    held = support > 0  # macro averages over the classes that were asked for
    return {
        "accuracy": float(np.trace(matrix) / max(matrix.sum(), 1)),
        "precision_macro": float(precision[held].mean()) if held.any() else 0.0,
        "recall_macro": float(recall[held].mean()) if held.any() else 0.0,
        "f1_macro": float(f1[held].mean()) if held.any() else 0.0,
        "classes": classes,
        "confusion": matrix.tolist(),
        "per_class": [
            {"label": name, "precision": float(p), "recall": float(r), "f1": float(f), "support": int(s)}
            for name, p, r, f, s in zip(classes, precision, recall, f1, support, strict=True)
        ],
    }


def confusion_picture(found: Mapping[str, Any]) -> bytes:
    """PNG of a report's confusion matrix; classes are numbered in a legend where no font has their letters."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # half a second, and only training needs it
    from matplotlib.figure import Figure

    classes, matrix = list(found["classes"]), np.array(found["confusion"])
    font = _font(classes)
    names = classes if font else [str(number) for number in range(1, len(classes) + 1)]
    side = max(4.0, 0.55 * len(classes) + 2.5)
    figure = Figure(figsize=(side + 1, side), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    share = matrix / np.maximum(matrix.sum(1, keepdims=True), 1)
    axes.imshow(share, cmap="Blues", vmin=0, vmax=1)
    text: dict[str, Any] = {"family": font} if font else {}
    axes.set_xticks(range(len(names)), names, rotation=45 if font else 0, ha="right" if font else "center", **text)
    axes.set_yticks(range(len(names)), names, **text)
    axes.set_xlabel("predicted" if font else "predicted (classes are numbered in the order of the table)")
    axes.set_ylabel("true")
    axes.set_title(f"accuracy {found['accuracy']:.3f}, macro F1 {found['f1_macro']:.3f}")
    for row, column in np.ndindex(*matrix.shape):
        if matrix[row, column]:
            color = "white" if share[row, column] > 0.5 else "black"
            axes.text(column, row, str(matrix[row, column]), ha="center", va="center", color=color, fontsize=8)
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=100, metadata={"Software": None})  # equal reports, equal bytes
    return out.getvalue()


def _font(names: Sequence[str]) -> str | None:
    """An installed family that has every letter of `names`; None where there is none."""
    from matplotlib import font_manager, ft2font

    letters = {ord(letter) for name in names for letter in name if not letter.isspace()}
    for family in ("DejaVu Sans", *FONTS):
        try:
            path = font_manager.findfont(family, fallback_to_default=False)
        except ValueError:
            continue
        if letters <= set(ft2font.FT2Font(path).get_charmap()):
            return family
    return None


def evaluate_items(items: Sequence[Item], params: Mapping[str, Any], seed: int) -> tuple[dict, bytes | None]:
    """Hold-out metrics of the text classifier on labelled items, and the picture of its confusion matrix."""
    counts = Counter(item.label for item in items)
    usable = [item for item in items if item.label and item.text and counts[item.label] >= MIN_PER_CLASS]
    texts, labels = [item.text for item in usable], [item.label for item in usable]
    if len(texts) < MIN_TEXTS or len(set(labels)) < 2:
        return {"note": f"not evaluated: {len(texts)} usable texts in {len(set(labels))} classes"}, None
    try:
        report = evaluate_classifier(texts, labels, params, seed)
    except ValueError as error:
        return {"note": f"not evaluated: {error}"}, None
    metrics = {name: value for name, value in report.items() if name != "params"}  # the version has them itself
    return metrics, confusion_picture(report)
