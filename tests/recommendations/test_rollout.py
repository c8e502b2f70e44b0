"""Canary and shadow: who is served what, for how long, at what cost, and what agrees."""

import random

import numpy as np
import pytest
from django.contrib.auth.models import Permission
from django.core import signing
from django.test import Client

from ml import registry, revisions, rollout
from ml.families.base import Base
from ml.models import ModelVersion, ShadowDay
from ml.store import stores
from recommendations import selectors, services, shadow, tokens
from recommendations.domains import domains
from recommendations.feeds import Ranking

pytestmark = pytest.mark.django_db
DOMAIN, FAMILY = "activities", "popularity"


@pytest.fixture(autouse=True)
def empty():
    shadow._sums.clear()
    yield
    shadow._sums.clear()


@pytest.fixture
def candidate(trained) -> ModelVersion:
    """A candidate of another popularity."""
    served = registry.production(DOMAIN, FAMILY)
    return registry.save_version(DOMAIN, Base(FAMILY, served.state, {**served.params, "half_life": 3.5}))


def served_by(user) -> str:
    return selectors.bases_of(domains[DOMAIN], revisions.current(), user)[FAMILY].version


def test_a_share_of_members_and_always_the_same(candidate, make_user):
    ids = range(1, 4001)
    some = {pk for pk in ids if rollout.place_of(candidate.version, pk) < 0.1}
    assert 330 < len(some) < 470
    assert some <= {pk for pk in ids if rollout.place_of(candidate.version, pk) < 0.3}
    assert some != {pk for pk in ids if rollout.place_of("another", pk) < 0.1}


def test_canary_serves_its_members_until_it_is_stopped(candidate, alice):
    production = served_by(alice)
    assert production != candidate.version
    rollout.set_share(candidate, "canary", 1.0)
    assert served_by(alice) == candidate.version
    assert served_by(None) == production  # visitors are nobody's sample
    rollout.set_share(candidate, "canary", 0.0)
    assert served_by(alice) == production


def test_tokens_and_events_carry_the_version_that_served(candidate, trained, alice):
    rollout.set_share(candidate, "canary", 1.0)
    result = selectors.feed(DOMAIN, "popular", user=alice)
    assert signing.loads(result.recommendation_id, salt=tokens.SALT)[2] == candidate.version[:6]
    event, _new = services.record_event(
        domain=DOMAIN, item=result.items[0].id, verb="view", user=alice, recommendation_id=result.recommendation_id
    )
    assert event.model_version == candidate.version[:6]


def test_a_request_asks_the_database_nothing_more(candidate, alice, django_assert_num_queries):
    rollout.set_share(candidate, "canary", 0.5)
    rollout.set_share(candidate, "shadow", 0.5)
    numbers = revisions.current()
    selectors.bases_of(domains[DOMAIN], numbers, alice)
    registry.load(DOMAIN, FAMILY, candidate.version)
    with django_assert_num_queries(0):
        selectors.bases_of(domains[DOMAIN], numbers, alice)
        rollout.shadows(DOMAIN, [FAMILY], numbers)
    registry.clear_cache()
    with django_assert_num_queries(1):
        registry.production_versions(numbers)
        registry.trials(numbers)


def test_promotion_ends_both(candidate, alice):
    rollout.set_share(candidate, "canary", 0.2)
    rollout.set_share(candidate, "shadow", 0.2)
    registry.promote(candidate)
    candidate.refresh_from_db()
    assert (candidate.status, candidate.canary, candidate.shadow) == ("production", 0.0, 0.0)
    assert served_by(alice) == candidate.version
    registry.rollback(DOMAIN, FAMILY)
    assert served_by(alice) != candidate.version


def test_a_canary_that_breaks_falls_back_to_production(candidate, alice):
    production = served_by(alice)
    rollout.set_share(candidate, "canary", 1.0)
    registry.clear_cache()
    stores["bases"].delete(candidate.key)
    assert served_by(alice) == production
    candidate.refresh_from_db()
    assert candidate.broken


def test_one_of_a_kind_at_a_time(candidate):
    served = registry.production(DOMAIN, FAMILY)
    other = registry.save_version(DOMAIN, Base(FAMILY, served.state, {**served.params, "half_life": 9.5}))
    rollout.set_share(candidate, "canary", 0.1)
    rollout.set_share(other, "canary", 0.2)
    assert dict(ModelVersion.objects.filter(canary__gt=0).values_list("pk", "canary")) == {other.pk: 0.2}


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan"), float("inf")])
def test_shares_out_of_bounds_are_refused(candidate, share):
    with pytest.raises(registry.RegistryError, match="a share is a number from 0 to 1"):
        rollout.set_share(candidate, "canary", share)


def test_versions_that_cannot_be_tried_are_refused(candidate):
    serving = ModelVersion.objects.get(domain=DOMAIN, family=FAMILY, status="production")
    with pytest.raises(registry.RegistryError, match="is in production already"):
        rollout.set_share(serving, "shadow", 0.1)
    tagger = registry.save_version("problems", Base("topic_tagger", {"n": 1}))
    with pytest.raises(registry.RegistryError, match="ranks no feed"):
        rollout.set_share(tagger, "shadow", 0.1)
    stores["bases"].delete(candidate.key)
    with pytest.raises(registry.BrokenVersion, match="missing from the store"):
        rollout.set_share(candidate, "canary", 0.1)
    assert not ModelVersion.objects.filter(canary__gt=0).exists()


def test_the_shadow_ranks_without_being_shown(candidate, alice):
    before = [item.id for item in selectors.feed(DOMAIN, "popular", user=alice).items]
    rollout.set_share(candidate, "shadow", 1.0)
    for _ in range(3):
        result = selectors.feed(DOMAIN, "popular", user=alice)
        assert [item.id for item in result.items] == before
        assert candidate.version[:6] not in result.model["version"]
    selectors.feed(DOMAIN, "popular")  # a visitor's
    selectors.feed(DOMAIN, "latest", user=alice)  # does not read it
    shadow.flush()
    day = ShadowDay.objects.get()
    assert (day.version, day.feed, day.requests, day.errors) == (candidate, "popular", 3, 0)
    assert day.shown == registry.production(DOMAIN, FAMILY).version
    assert 0 <= day.overlap <= 3


def test_the_shadow_is_sampled_and_off_by_default(candidate, alice):
    selectors.feed(DOMAIN, "popular", user=alice)
    rollout.set_share(candidate, "shadow", 0.3)
    random.seed(1)
    for _ in range(100):
        selectors.feed(DOMAIN, "popular", user=alice)
    shadow.flush()
    assert 15 < ShadowDay.objects.get().requests < 45


def test_a_failing_shadow_harms_nobody(candidate, alice):
    rollout.set_share(candidate, "shadow", 1.0)
    registry.clear_cache()
    broken = registry.save_version(DOMAIN, Base(FAMILY, {"odd": 1}, {}))
    rollout.set_share(broken, "shadow", 1.0)
    assert selectors.feed(DOMAIN, "popular", user=alice).items
    shadow.flush()
    assert ShadowDay.objects.get().errors == 1


def test_agreement_of_lists():
    def ranking(*order):
        return Ranking(np.array(order), np.zeros(len(order)))

    assert shadow.agreement(ranking(1, 2, 3, 4), ranking(1, 3, 5, 6), 4) == (0.5, 1)
    assert shadow.agreement(ranking(1, 2), ranking(2, 1), 2) == (1.0, 0)
    assert shadow.agreement(ranking(), ranking(), 8) == (1.0, 1)
    assert shadow.agreement(ranking(1), ranking(), 8) == (0.0, 0)


def test_aliases(candidate):
    assert registry.find(DOMAIN, FAMILY, "candidate") == candidate
    assert registry.find(DOMAIN, FAMILY, "production").status == "production"
    with pytest.raises(registry.RegistryError, match="has no version production; there are: none"):
        registry.find("nowhere", FAMILY, "production")


@pytest.fixture
def admin(staff):
    client = Client(headers={"accept-language": "en"})
    client.force_login(staff)
    return client


def post(client, version, **form) -> str:
    response = client.post(f"/admin/ml/modelversion/{version.pk}/rollout/", form, follow=True)
    assert response.status_code == 200
    return response.content.decode()


def test_the_page_releases_and_takes_back(admin, candidate, alice):
    production = served_by(alice)
    assert "100 % of members are served" in post(admin, candidate, action="canary", percent="100")
    assert served_by(alice) == candidate.version
    assert "Stopped." in post(admin, candidate, action="stop")
    assert served_by(alice) == production
    assert "nobody sees its lists" in post(admin, candidate, action="shadow", percent="25")
    selectors.feed(DOMAIN, "popular", user=alice)
    ShadowDay.objects.create(version=candidate, shown="abc", feed="popular", day="2026-01-01", requests=4, overlap=3)
    assert "75.0%" in post(admin, candidate, action="promote")
    assert served_by(alice) == candidate.version
    post(admin, candidate, action="rollback")
    assert served_by(alice) == production
    for percent in ("x", "", "101", "-1", "nan"):
        text = post(admin, candidate, action="canary", percent=percent)
        assert f"Refused, and nothing was changed: a share is a number from 0 to 100, not “{percent}”" in text
    assert "Nothing was done" in post(admin, candidate, action="x")
    assert admin.get("/admin/ml/modelversion/999999/rollout/").status_code == 404


@pytest.mark.parametrize("damage", ["missing", "junk", "foreign", "another family"])
def test_broken_and_foreign_versions_are_refused_and_said(admin, candidate, alice, damage):
    production = served_by(alice)
    if damage == "missing":
        stores["bases"].delete(candidate.key)
    elif damage == "another family":
        stores["bases"].put(candidate.key, {"family": "content", "state": {}, "params": {}, "fingerprint": ""})
    else:
        from ml.models import StoredBlob

        data = b"junk"
        if damage == "foreign":
            data = StoredBlob.objects.exclude(key=candidate.key).filter(alias="bases").first().data
        StoredBlob.objects.filter(key=candidate.key).update(data=data)
    registry.clear_cache()
    text = post(admin, candidate, action="promote")
    assert "Refused, and nothing was changed" in text
    assert "Train it again, or roll back." in text
    assert served_by(alice) == production
    candidate.refresh_from_db()
    assert (candidate.status, bool(candidate.broken)) == ("candidate", True)


def test_who_may_only_look_releases_nothing(candidate, make_user, alice):
    viewer = make_user("viewer", is_staff=True)
    viewer.user_permissions.set(Permission.objects.filter(content_type__app_label="ml", codename__startswith="view_"))
    client = Client(headers={"accept-language": "en"})
    client.force_login(viewer)
    where = f"/admin/ml/modelversion/{candidate.pk}/rollout/"
    assert 'name="action"' not in client.get(where).content.decode()
    assert client.post(where, {"action": "promote"}).status_code == 403
    client.force_login(alice)
    assert client.get(where).status_code == 302
