"""Every family and estimator trained on small worlds: ``python -m tests.ml.families.fits`` prints their versions as JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator

from ml import estimators, families
from ml.families.base import Base


def all_fits() -> Iterator[tuple[str, Base, int]]:
    """(name, base, format) of each."""
    from tests.ml.estimators import test_comments, test_spending, test_topics
    from tests.ml.families import world

    for name in sorted(families.FAMILIES):
        family = families.get(name)
        yield name, family.fit(world.data()), family.format
    data = {
        "comment_filter": (test_comments.NOTHING, {}),
        "spending": (test_spending.TOWN, test_spending.QUICK),
        "topic_tagger": (test_topics.problems(), {}),
    }
    assert set(data) == set(estimators.ESTIMATORS), "name the training data of the new estimator here"
    for name, (rows, params) in sorted(data.items()):
        estimator = estimators.get(name)
        yield name, estimator.fit(rows, params), estimator.format


if __name__ == "__main__":
    json.dump({name: base.version for name, base, _format in all_fits()}, sys.stdout)
