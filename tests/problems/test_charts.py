"""Geometry of the pictures on the progress page, markdown of statements, doctests."""

import datetime as dt
import doctest

import pytest
from django.utils import timezone

from common import html
from problems import charts, markdown, progress
from problems.progress import Solved

NOW = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)


@pytest.mark.parametrize("module", [markdown, progress, html], ids=lambda module: module.__name__)
def test_examples_in_the_docstrings_hold(module):
    assert doctest.testmod(module).failed == 0


def test_a_curve_of_nothing_and_of_one():
    assert charts.curve([]) is None
    one = charts.curve([Solved(NOW, 15)])
    assert (one.line, one.points[0].y, one.points[0].tier) == ("0.0,0.0 600.0,0.0", 0.0, "gold")


def test_long_histories_are_thinned_but_keep_their_ends():
    rows = [Solved(NOW + dt.timedelta(hours=hour), 1 + hour % 15) for hour in range(5000)]
    curve = charts.curve(rows)
    assert len(curve.points) <= charts.CURVE_POINTS + 1
    assert (curve.points[0].x, curve.points[-1].x) == (0.0, charts.CURVE_WIDTH)


def test_days_are_shaded_by_the_busiest():
    today = timezone.localdate(NOW)
    heat = charts.heat({today: 8, today - dt.timedelta(days=1): 1}, today)
    assert [day.heat for day in heat.days[-3:]] == [0, 1, 4]
    assert (heat.total, heat.active) == (9, 2)
    assert heat.days[0].date.weekday() == 0
    assert max(day.x for day in heat.days) < heat.width


def test_a_radar_needs_three_spokes_and_draws_the_unknown_as_nothing():
    assert charts.radar(["a", "b"], [1, 1], [0, 0]) is None
    radar = charts.radar(["up", "right", "down", "left"], [1, 0.5, 0, 0.5], [None, 1, 1, 0])
    assert radar.predicted.split()[0] == "0.0,-110.0"
    assert radar.real.split()[0] in ("0.0,-0.0", "0.0,0.0")
    assert [axis.anchor for axis in radar.axes] == ["middle", "start", "middle", "end"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("costs $5 and $6", "<p>costs $5 and $6</p>"),
        ("$a<b$", '<p><span class="math inline">a&lt;b</span></p>'),
        ("x $$a$$ y", '<p>x <span class="math block">a</span> y</p>'),
        ("<b onclick=x>hi</b>", "<p>&lt;b onclick=x&gt;hi&lt;/b&gt;</p>"),
        ("![x](/media/a.png)", '<p><img src="/media/a.png" alt="x"></p>'),
        ("![x](//evil.example/a.png)", '<p><img alt="x"></p>'),
        ("![x](https://evil.example/a.png)", '<p><img alt="x"></p>'),
        ("# One\n\n## Two", "<h2>One</h2>\n<h2>Two</h2>"),
        ("", ""),
    ],
)
def test_statements(text, found):
    assert markdown.render(text) == found


def test_tables_are_aligned_without_styles():
    page = markdown.render("| a |\n|--:|\n| $x$ |")
    assert 'align="right"' in page
    assert "style" not in page
