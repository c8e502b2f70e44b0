"""A small judge: problems on four tags and three levels each, members who are good at some of them, trained bases."""

import datetime as dt

import numpy as np
import pytest
from django.utils import timezone

from recommendations import catalogue
from recommendations.services import record_event
from recommendations.tasks import train_family
from tests.problems import make

TAGS = ("math", "dp", "graphs", "string")
LEVELS = (2, 3, 6)


@pytest.fixture(autouse=True)
def _empty_memory():
    catalogue.forget_all()
    yield
    catalogue.forget_all()


@pytest.fixture
def happened(db):
    """Return a function that records what the judge would: `happened(user, problem, "fail", days=3)`."""

    def record(user, problem, verb, days=0.0):
        at = timezone.now() - dt.timedelta(days=days, seconds=1)
        record_event(domain="problems", item=problem, verb=verb, user=user, by_site=True, occurred_at=at)
        if verb == "solve":
            make.solved(user, problem, at)

    return record


@pytest.fixture
def world(db, make_user, happened):
    """(tag, level) → problem; a crowd that solves most and fails graphs, and all bases in production."""
    made, start = {}, timezone.now() - dt.timedelta(days=60)
    for number, (tag, level) in enumerate((tag, level) for tag in TAGS for level in LEVELS):
        title, created = f"{tag} {level}", start + dt.timedelta(days=2 * number)
        texts = {"title_ko": title, "title_en": title, "statement_ko": f"{tag} {title}"}
        made[tag, level] = make.problem(f"{tag}-{level}", tags=(tag,), level=level, created_at=created, **texts)
    chance = np.random.default_rng(0)
    for number in range(12):
        member = make_user(f"m{number}@example.com", nickname=f"m{number}")
        order = chance.permutation(len(made))[:9]
        for step, at in enumerate(order):
            (tag, _level), problem = list(made.items())[at]
            failed = chance.random() < (0.8 if tag == "graphs" else 0.2)
            happened(member, problem, "fail" if failed else "solve", days=20 - step)
    for family in ("naive_bayes", "popularity", "item_item", "content", "matrix_factorization", "item2vec", "deepfm"):
        train_family("problems", family)
    return made
