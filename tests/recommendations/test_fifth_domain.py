"""A fifth domain costs one app with a recommend.py and a line in the settings; broken ones are named at start-up."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from recommendations.domains import Domain, Registry

ROOT = Path(__file__).resolve().parents[2]


def test_an_app_more_is_recommended_from():
    done = subprocess.run(
        [sys.executable, "-m", "tests.books.story"], cwd=ROOT, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.strip().endswith("the end")


def domain(**attributes):
    good = {
        "name": "cars",
        "verbs": {"view": 1},
        "families": ("naive_bayes",),
        "get_queryset": lambda self, **_: None,
        "text": lambda self, item: "",
    }
    return type("CarDomain", (Domain,), {**good, **attributes})


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ({"name": "two words"}, "short identifier"),
        ({"name": None}, "short identifier"),
        ({"verbs": {}}, "verbs"),
        ({"verbs": {"view": "much"}}, "verbs"),
        ({"families": ("magic",)}, "unknown family 'magic'; known: "),
        ({"text": Domain.text}, "define `text`"),
        ({"get_queryset": Domain.get_queryset}, "define `get_queryset`"),
    ],
)
def test_broken_domains_are_refused_by_name(attributes, message):
    with pytest.raises(ImproperlyConfigured, match="CarDomain") as error:
        Registry().register(domain(**attributes))
    assert message in str(error.value)


def test_a_second_domain_of_a_name_names_both():
    registry = Registry()
    registry.register(domain())
    with pytest.raises(ImproperlyConfigured, match=r"already registered by .*CarDomain"):
        registry.register(domain())


def test_an_unknown_store_is_a_system_check(settings):
    from recommendations.checks import check_domains

    settings.PERSONAL_MODEL_STORES = {"other": {"BACKEND": "ml.store.memory.MemoryStore"}}
    assert {problem.id for problem in check_domains(None)} == {"recommendations.E001"}
