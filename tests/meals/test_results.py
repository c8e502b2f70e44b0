"""Every model of meals gives the same format, so that any can stand in for any."""

import pytest
from django.utils import timezone

from meals import services
from ml import registry
from ml.families import get
from recommendations import catalogue
from recommendations.data import log_of
from recommendations.domains import Unknown, domains
from recommendations.publishing import publish_all
from recommendations.results import by_model

FAMILIES = ("popularity", "content", "content_choice", "item_item", "boosting", "neural_cf", "deepfm_choice")


@pytest.fixture
def trained(alice, menu, other_menu):
    """Bases of all families on what little there is: one order out of two dishes."""
    kind = domains["meals"]
    services.order_place(user=alice, menu=menu)
    publish_all(kind)
    data = log_of(kind, catalogue.current("meals")).training(extra=kind.training_extra())
    for family in FAMILIES:
        registry.promote(registry.save_version("meals", get(family).fit(data)))
    return alice


@pytest.mark.parametrize("family", FAMILIES)
def test_each_model_gives_the_fixed_format(trained, bob, family):
    now = timezone.now()
    results = by_model("meals", family, trained, at=now)
    assert results
    for result in results:
        assert 0 <= result.score <= 1
        assert result.model_version.startswith(f"{family}@")
        assert result.generated_at == now
        assert all(isinstance(name, str) and isinstance(value, float) for _kind, name, value in result.reasons)
    assert [result.score for result in results] == sorted((result.score for result in results), reverse=True)
    if family == "content":  # one order tells the others nothing
        assert all(result.reasons for result in results)
    newcomers = by_model("meals", family, bob)
    assert len(newcomers) == len(results)
    assert all(0 <= result.score <= 1 for result in newcomers)
    visitors = by_model("meals", family)
    assert {type(result.item_id) for result in visitors} <= {str}


def test_what_is_not_there_is_named(trained):
    with pytest.raises(Unknown):
        by_model("pets", "boosting")
    with pytest.raises(LookupError, match="meals does not use 'deepfm'"):
        by_model("meals", "deepfm")
    with pytest.raises(LookupError, match=r"never trained: manage\.py train meals"):
        by_model("meals", "naive_bayes")
