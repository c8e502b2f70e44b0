"""Comparing outputs, as the package format's default validator does."""

from __future__ import annotations

import pytest

from problems.judge.compare import Comparison, same_output

PLAIN = Comparison()
STRICT = Comparison(case_sensitive=True, space_change_sensitive=True)
FLOAT = Comparison.from_flags(["float_tolerance", "1e-6"])
ABSOLUTE = Comparison(float_absolute_tolerance=0.5)

CASES = {
    "equal": (b"1 2\n", b"1 2\n", PLAIN, True),
    "white-space": (b" 1\t2\r\n\n", b"1 2", PLAIN, True),
    "upper-case": (b"YES", b"yes", PLAIN, True),
    "one-token-more": (b"1 2 3", b"1 2", PLAIN, False),
    "one-token-less": (b"1", b"1 2", PLAIN, False),
    "nothing": (b"", b"1", PLAIN, False),
    "nothing-wanted": (b"x", b"", PLAIN, False),
    "both-empty": (b"\n", b"", PLAIN, True),
    "numbers-are-text": (b"1.0", b"1", PLAIN, False),
    "leading-zero": (b"01", b"1", PLAIN, False),
    "case-sensitive": (b"YES", b"yes", Comparison(case_sensitive=True), False),
    "space-sensitive": (b"1  2\n", b"1 2\n", STRICT, False),
    "space-sensitive-line-end": (b"1 2", b"1 2\n", STRICT, False),
    "space-sensitive-equal": (b"a  b\n", b"a  b\n", STRICT, True),
    "space-sensitive-floats": (b"1.0000001 x\n", b"1 x\n", Comparison(False, True, 1e-6, None), True),
    "float-close": (b"0.30000000000000004", b"0.3", FLOAT, True),
    "float-far": (b"0.31", b"0.3", FLOAT, False),
    "float-relative": (b"1000000.5", b"1000000", FLOAT, True),
    "float-exponent": (b"1e3", b"1000.0", FLOAT, True),
    "float-integer": (b"3.0", b"3", FLOAT, True),
    "float-absolute-only": (b"100.6", b"100", ABSOLUTE, False),
    "float-absolute-within": (b"100.5", b"100", ABSOLUTE, True),
    "float-nan": (b"nan", b"1.0", FLOAT, False),
    "float-inf": (b"inf", b"1e300", FLOAT, False),
    "float-overflow": (b"1" * 5000, b"1", FLOAT, False),
    "float-underscore": (b"1_0", b"10", FLOAT, False),
    "float-text": (b"ten", b"10", FLOAT, False),
    "float-word-beside": (b"YES 1.0000001", b"yes 1", FLOAT, True),
    "float-hexadecimal": (b"0x10", b"16", FLOAT, False),
    "no-utf8": (b"\xff", b"\xff", PLAIN, True),
    "nul": (b"1\x00", b"1", PLAIN, False),
    "korean": ("값 1".encode(), "값  1".encode(), PLAIN, True),
}


@pytest.mark.parametrize("name", CASES)
def test_outputs(name):
    output, answer, how, same = CASES[name]
    assert same_output(output, answer, how) is same


def test_flags_are_read():
    flags = ["case_sensitive", "float_relative_tolerance", "1e-9", "float_absolute_tolerance", "0.1"]
    assert Comparison.from_flags(flags) == Comparison(True, False, 0.1, 1e-9)
    assert Comparison.from_flags([], STRICT) == STRICT


@pytest.mark.parametrize(
    "flags",
    [
        ["fuzzy"],
        ["float_tolerance"],
        ["float_tolerance", "much"],
        ["float_tolerance", "-1"],
        ["float_tolerance", "1e999"],
    ],
    ids=" ".join,
)
def test_bad_flags_are_named(flags):
    with pytest.raises(ValueError, match=flags[0]):
        Comparison.from_flags(flags)


def test_large_outputs_are_compared_piece_by_piece():
    output = b"12345\n" * 1_000_000
    assert same_output(output, output.replace(b"\n", b" "))
    assert not same_output(output + b"1", output)
