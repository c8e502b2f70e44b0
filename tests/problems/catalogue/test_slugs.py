"""Slugs that are addresses of the site."""

import pytest
from django.core.exceptions import ValidationError

from problems.addresses import RESERVED
from problems.api.problems import ProblemViewSet
from problems.packages.reader import make_slug
from problems.urls import problem_urls
from tests.problems.make import problem


def test_every_fixed_address_is_reserved():
    pages = {str(path.pattern).split("/")[0] for path in problem_urls[0]}
    rest = {action.url_path for action in ProblemViewSet.get_extra_actions() if not action.detail}
    assert {"list", "tags"} <= {word for word in pages | rest if word.isidentifier()} <= RESERVED


@pytest.mark.parametrize("slug", sorted(RESERVED))
def test_no_problem_has_one(db, slug):
    row = problem("sum")
    row.slug = slug
    with pytest.raises(ValidationError) as refused:
        row.full_clean()
    assert list(refused.value.error_dict) == ["slug"]
    assert make_slug(slug) == f"problem-{slug}"
