"""Cleaning of what members write."""

import pytest
from django.core.exceptions import ValidationError

from common import html


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("<script>alert(1)</script>", ""),
        ("<p onclick=alert(1)>x</p>", "<p>x</p>"),
        ('<a href="javascript:alert(1)">x</a>', '<a rel="noopener noreferrer nofollow">x</a>'),
        ('<a href="https://a.kr/">x</a>', '<a href="https://a.kr/" rel="noopener noreferrer nofollow">x</a>'),
        ("<a href='data:text/html,<script>1</script>'>x</a>", '<a rel="noopener noreferrer nofollow">x</a>'),
        ("<img src=x onerror=alert(1)>x", "x"),
        ("<svg><script>1</script></svg>x", "x"),
        ("<math><mtext><table><mglyph><style><img src=x onerror=1>", ""),
        ("<p style='background:url(javascript:1)'>x</p>", "<p>x</p>"),
        ("<h1>x</h1><h3>y</h3>", "x<h3>y</h3>"),
        ("<!-- <p>x</p> -->y", "y"),
        ("<p>unclosed", "<p>unclosed</p>"),
    ],
)
def test_rich(dirty, clean):
    assert html.rich(dirty) == clean
    assert html.rich(clean) == clean


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("<b>굵게</b>", "굵게"),
        ("<script>alert(1)</script>제목", "제목"),
        ("1 < 2 && 3 > 2", "1 < 2 && 3 > 2"),
        ("I <3 you", "I <3 you"),
        ("<b>&lt;script&gt;alert(1)&lt;/script&gt;</b>x", "x"),
        ("  a \t\n b  ", "a b"),
        ("a\x07b\x1bc", "abc"),
        ("\u1112\u1161\u11ab", "한"),
    ],
)
def test_text(dirty, clean):
    assert html.text(dirty, 100) == clean


def test_lines_are_kept_where_asked():
    assert html.text("a\r\n  b \n\n\n\nc", 100, lines=True) == "a\nb\n\nc"


@pytest.mark.parametrize("value", ["a\x00b", "x" * 11, 7, None, ["x"], "\ud800"])
def test_what_no_field_may_hold(value):
    with pytest.raises(ValidationError):
        html.text(value, 10)
    with pytest.raises(ValidationError):
        html.rich(value, 10)


@pytest.mark.parametrize(
    ("rich", "words"),
    [
        ("<p>하나</p><p>둘 &amp; 셋</p>", "하나 둘 & 셋"),
        ("<ul><li>a</li><li>b</li></ul>", "a b"),
        ("a<br>b", "a b"),
        ("R&amp;B", "R&B"),
        ("", ""),
    ],
)
def test_plain(rich, words):
    assert html.plain(rich) == words
