"""The one result format, for every family of every domain, for members who did something and for those who did not."""

import csv

import pytest
from django.core.management import call_command
from django.utils import timezone

from ml import registry
from ml.families import get
from recommendations import catalogue
from recommendations.data import log_of
from recommendations.domains import domains
from recommendations.results import Result, by_model
from recommendations.services import record_event

DOMAINS = ("clubs", "activities", "problems")  # meals have a test of their own, which puts dishes on menus
CASES = [(name, family) for name in DOMAINS for family in domains[name].families]


def _verbs(kind):
    """A look and the strongest thing; problems are failed before, since their family needs fifty attempts."""
    best = next(verb for verb in ("solve", "like", "join") if verb in kind.verbs)
    return ["view", *["fail"] * 4, best] if "fail" in kind.verbs else ["view", best]


@pytest.fixture
def stocked(db, tmp_path, alice, bob):
    """Return a function that fills a domain with twelve items, six liked by alice and six by bob."""

    def make(name):
        path, kind = tmp_path / "items.csv", domains[name]
        with path.open("w", newline="", encoding="utf-8") as file:
            rows = csv.writer(file)
            rows.writerow(["id", "title", "text", "category", "tags"])
            for n in range(12):
                topic = ("등산", "요리")[n % 2]
                rows.writerow([n + 1, f"{topic} 모임 {n}", f"{topic} 주말 함께 {n % 3}", topic, topic])
        call_command("import_items", name, str(path), verbosity=0)
        catalogue.forget_all()
        items = list(kind.get_queryset().order_by("pk"))
        for user, chosen in ((alice, items[::2]), (bob, items[1::2])):
            for item in chosen:
                for verb in _verbs(kind):
                    record_event(domain=name, item=item, verb=verb, user=user, by_site=True)
        return kind

    return make


@pytest.mark.parametrize(("name", "family"), CASES)
def test_every_family_gives_the_fixed_format(stocked, alice, charlie, name, family):
    kind = stocked(name)
    data = log_of(kind, catalogue.current(name)).training(extra=kind.training_extra())
    registry.promote(registry.save_version(name, get(family).fit(data)))
    now = timezone.now()
    for user in (alice, charlie, None):  # warm, cold, a visitor
        results = by_model(name, family, user, at=now)
        if user is not alice:
            assert results
        for result in results:
            assert isinstance(result, Result)
            assert isinstance(result.item_id, str)
            assert 0 <= result.score <= 1
            assert result.model_version.startswith(f"{family}@")
            assert result.generated_at == now
            assert all(isinstance(kind_, str) and isinstance(value, float) for kind_, _name, value in result.reasons)
        scores = [result.score for result in results]
        assert scores == sorted(scores, reverse=True)
        if user is alice and results and len(set(scores)) > 1:
            assert any(result.reasons for result in results)
