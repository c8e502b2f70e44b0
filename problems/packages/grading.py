"""How groups of tests are graded: the options of Kattis' default grader, and the later format's in the same words."""

from __future__ import annotations

from dataclasses import replace

from problems.packages.package import Group, Test
from problems.packages.settings import Reader

SCORES = ("sum", "avg", "min", "max")
VERDICTS = ("worst_error", "first_error", "always_accept")
SWITCHES = ("accept_if_any_accepted", "ignore_sample")
REJECT = {"break": "break", "continue": "continue", "first_error": "break", "worst_error": "continue"}
MOST = 1e9
#: what a package gives altogether that does not say
DEFAULT_POINTS = 100.0


def legacy_group(reader: Reader, name: str, parent: Group | None) -> Group:
    """A folder's `testdata.yaml`; what it leaves out is as in the folder around it."""
    group = Group(name, None) if parent is None else replace(parent, name=name, parent=parent.name, requires=[])
    if "on_reject" in reader:
        group.on_reject = REJECT[reader.choice("on_reject", tuple(REJECT), "break")]
    if "grading" in reader:
        reader.choice("grading", ("default",), "default")
    if "grader_flags" in reader:
        set_flags(group, reader)
    group.accept_score = reader.number("accept_score", -MOST, MOST, group.accept_score) or 0.0
    group.reject_score = reader.number("reject_score", -MOST, MOST, group.reject_score) or 0.0
    return group


def set_flags(group: Group, reader: Reader) -> None:
    group.score_mode, group.verdict_mode = "sum", "worst_error"
    group.accept_if_any_accepted = group.ignore_sample = False
    for flag in reader.words("grader_flags"):
        if flag in SCORES:
            group.score_mode = flag
        elif flag in VERDICTS:
            group.verdict_mode = flag
        elif flag in SWITCHES:
            setattr(group, flag, True)
        else:
            raise reader.error("grader_flags", f"{flag[:40]!r} is not supported here")


def modern_group(reader: Reader, name: str, parent: Group | None) -> Group:
    """A folder's `test_group.yaml`. `points` below zero: not said, shared out later."""
    if reader.data.get("static_validation") or reader.data.get("static_validation_score"):
        raise reader.error("static_validation", "is not supported here")
    if reader.data.get("args"):
        raise reader.error("args", "arguments of the program are not supported here")
    inner = name not in ("", "secret")
    mode = reader.choice("score_aggregation", ("pass-fail", "sum", "min"), "pass-fail" if inner else "sum")
    points = None if reader.data.get("max_score") == "unbounded" else reader.number("max_score", 0, MOST)
    if points is None:
        points = {"": DEFAULT_POINTS, "sample": 0.0}.get(name, -1.0)
    return Group(
        name,
        None if parent is None else parent.name,
        points=points,
        on_reject="continue" if mode == "sum" or name in ("", "sample") else "break",
        score_mode="min" if mode == "pass-fail" else mode,
        verdict_mode="first_error",
        # A part of the points is a part of the success: only a group that must pass as a whole fails as one.
        accept_if_any_accepted=name == "secret" and mode == "sum",
        ignore_sample=name == "",
        requires=[
            one if one.startswith(("sample", "secret")) else f"secret/{one}" for one in reader.words("require_pass")
        ],
    )


def share_points(groups: list[Group], tests: list[Test], modern: bool) -> None:
    """Give every group its `points`, what it is worth when all its tests pass; the later format's tests their score."""
    children = {group.name: [one for one in groups if one.parent == group.name] for group in groups}
    counts = {group.name: sum(test.group == group.name for test in tests) for group in groups}
    if modern:
        for group in groups:  # from the top down
            share(group, children[group.name], counts[group.name])
    else:
        for group in reversed(groups):  # from the bottom up
            parts = [group.accept_score] * counts[group.name]
            parts += [one.points for one in children[group.name] if not (group.ignore_sample and one.name == "sample")]
            group.points = aggregate(group.score_mode, parts)


def share(group: Group, children: list[Group], count: int) -> None:
    """Hand a group's points down, evenly to those that do not say."""
    counted = [one for one in children if one.name != "sample"]
    if group.score_mode == "sum":
        open_ones = [one for one in counted if one.points < 0]
        left = max(0.0, group.points - sum(one.points for one in counted if one.points >= 0))
        each = left / (len(open_ones) + count) if open_ones or count else 0.0
    else:
        open_ones, each = [one for one in counted if one.points < 0], group.points
    for one in open_ones:
        one.points = each
    group.accept_score = 0.0 if group.name == "sample" else each


def aggregate(mode: str, parts: list[float]) -> float:
    if not parts:
        return 0.0
    return {"sum": sum(parts), "avg": sum(parts) / len(parts), "min": min(parts), "max": max(parts)}[mode]
