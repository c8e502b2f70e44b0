"""The hold-out report and its picture."""

import io
import json

import numpy as np
import pytest
from PIL import Image

from ml.evaluation.classification import confusion_picture, evaluate_classifier, report, split
from tests.ml.families import world


def test_report_by_hand():
    found = report(["a", "a", "b", "b"], ["a", "b", "b", "b"])
    assert found["accuracy"] == 0.75
    assert found["confusion"] == [[1, 1], [0, 2]]
    assert found["per_class"][0] == {"label": "a", "precision": 1.0, "recall": 0.5, "f1": 2 / 3, "support": 2}
    assert found["recall_macro"] == 0.75


def test_hold_out_is_stratified_and_repeatable():
    labels = ["x"] * 50 + ["y"] * 10 + ["alone"]
    train, test = split(labels, 1)
    assert sorted([*train, *test]) == list(range(61))
    assert [labels[at] for at in test].count("y") == 2
    assert 60 in train
    assert (split(labels, 1)[1] == test).all()


def test_evaluate_is_plain_json_and_good_on_an_easy_world():
    items = world.items(40)
    found = evaluate_classifier([item.text for item in items], [item.label for item in items])
    assert found["accuracy"] > 0.9
    assert json.loads(json.dumps(found)) == found
    assert (found["train"], found["test"]) == (96, 24)


def test_too_little_says_so():
    with pytest.raises(ValueError, match="two labels"):
        evaluate_classifier(["a", "b"], ["x", "y"])


@pytest.mark.parametrize("names", [["운동", "음식"], ["\U0001f9ff", "\U00012345"]])
def test_picture_is_a_png(names, recwarn):
    picture = confusion_picture(report([names[0], names[1]] * 3, [names[0]] * 6))
    image = Image.open(io.BytesIO(picture))
    assert image.format == "PNG"
    assert np.asarray(image).std() > 0
    assert [str(warning.message) for warning in recwarn if "Glyph" in str(warning.message)] == []
