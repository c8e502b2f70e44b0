"""The family in docs/how-to/family.md works as it stands there."""

from pathlib import Path

import numpy as np

from ml.families import base, items
from tests.ml.families import world


def test_the_documented_family_runs():
    page = Path(__file__).parents[3] / "docs" / "how-to" / "family.md"
    code = page.read_text(encoding="utf-8").split("```python\n")[1].split("```")[0]
    names = {**vars(base), **vars(items), "np": np}
    exec(compile(code, str(page), "exec"), names)
    data = world.data()
    family = names["Freshness"]()
    assert family.fit(data).version == family.fit(data).version
    aged = [
        items.Item("old", numbers={"created": 0.0}, ref=1),
        items.Item("new", numbers={"created": 30 * 86_400.0}, ref=2),
    ]
    personal = family.open(family.fit(data), None, items.Catalogue(aged))
    assert personal.score().tolist() == [0.5, 1.0]
    assert personal.explain(aged[0]).score == 0.5
