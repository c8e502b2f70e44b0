"""A domain's own settings of its families: typed by staff or stored by `evaluate --tune --apply`, used by training."""

import pytest

from ml import parameters
from ml.models import ParameterValue
from recommendations import model_settings
from recommendations.tasks import train_family


def test_settings_are_text_and_back():
    settings = model_settings.parse("item_item", " recency=0.2  method=knn neighbours=50 ")
    assert settings == {"recency": 0.2, "method": "knn", "neighbours": 50}
    assert model_settings.parse("item_item", model_settings.to_text(settings)) == settings
    assert model_settings.parse("item_item", "") == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("recancy=1", "no parameter 'recancy'"),
        ("recency=much", "'much' is not a number"),
        ("recency", "'' is not a number"),
        ("recency=99", "outside"),
        ("method=magic", "not one of"),
    ],
    ids=["unknown", "word", "missing", "bounds", "choice"],
)
def test_what_is_refused_names_the_culprit_and_changes_nothing(db, text, message):
    with pytest.raises(ValueError, match=message):
        parameters.set("activities.models", "item_item", text)
    assert not ParameterValue.objects.exists()


def test_training_uses_them_over_those_for_all_domains(activities):
    parameters.set("activities.models", "popularity", "half_life=3")
    assert model_settings.in_force("activities", "popularity")["half_life"] == 3
    assert model_settings.in_force("clubs", "popularity")["half_life"] == 30
    version = train_family("activities", "popularity")
    assert version.params["half_life"] == 3
