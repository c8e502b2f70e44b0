"""New bases, old members: a delta does not depend on a base, so nobody has to be moved and nobody is served as a stranger."""

import numpy as np

from ml import families, registry
from recommendations import personal, selectors
from recommendations.catalogue import current
from recommendations.data import log_of
from recommendations.domains import domains
from recommendations.services import record_event
from tests.recommendations.conftest import FOOD


def state_of(user):
    return personal.load(user.pk, domains["activities"])


def new_version(**params):
    """Another text base: other features, and so another version."""
    data = log_of(domains["activities"], current("activities")).training()
    base = families.get("naive_bayes").fit(data, params)
    return registry.save_version("activities", base)


def served(user):
    result = selectors.feed("activities", "for-you", user=user, n=12)
    return result.model, {item.id: item.score for item in result.items}


def test_a_promoted_base_serves_every_member_from_the_next_request_on(alice, trained):
    for row in trained[FOOD][:3]:
        record_event(domain="activities", item=row, verb="like", user=alice)
    before, digest = served(alice), personal.digest_of(state_of(alice))
    version = new_version(tokenizer="words", min_texts=1)
    registry.promote(version)
    model, scores = served(alice)
    assert model["personal"] is True
    assert version.version[:6] in model["version"]
    assert model["version"] != before[0]["version"]
    assert scores != before[1]
    assert personal.digest_of(state_of(alice)) == digest


def test_after_a_rollback_all_is_as_before_and_what_happened_since_is_kept(alice, trained):
    record_event(domain="activities", item=trained[FOOD][0], verb="like", user=alice)
    before = served(alice)
    registry.promote(new_version(tokenizer="words", min_texts=1))
    registry.rollback("activities", "naive_bayes")
    after = served(alice)
    assert after[0]["version"] == before[0]["version"]
    assert after[1].keys() == before[1].keys()
    assert np.allclose([after[1][key] for key in before[1]], list(before[1].values()), atol=1e-4)  # freshness moves on
    registry.promote(new_version(tokenizer="words", min_texts=1))
    record_event(domain="activities", item=trained[FOOD][1], verb="like", user=alice)
    registry.rollback("activities", "naive_bayes")
    assert state_of(alice)["events"] == 2
    assert state_of(alice) == personal.replay(
        personal.log(alice.pk, "activities").order_by("sequence"), domain="activities"
    )


def test_words_that_the_old_base_did_not_know_count_with_the_new_one(alice, make_activity, trained):
    rare = make_activity("패러글라이딩 비행 체험", "운동·액티비티")
    twin = make_activity("패러글라이딩 하늘 비행", "운동·액티비티")
    record_event(domain="activities", item=rare, verb="like", user=alice)
    said = {}
    for name, params in (("old", None), ("new", {"tokenizer": "words", "min_texts": 1})):
        if params:
            registry.promote(new_version(**params))
        found = selectors.explain(alice, "activities", str(twin.pk))
        said[name] = {c["name"]: c["value"] for c in found["contributions"] if c["kind"] == "word"}
    assert said["new"]["패러글라이딩"] > said["old"].get("패러글라이딩", 0.0)
