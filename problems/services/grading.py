"""Which tests are run, and what verdict and points they come to, as the problem package format's default grader has it.

Pure: knows rows of tests and groups by their fields alone, and asks the caller to run each test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

#: From bad to worse, for groups whose verdict is the worst of theirs.
SEVERITY = ("AC", "WA", "OLE", "TLE", "MLE", "RTE", "CE", "IE")
EPSILON = 1e-9


@dataclass(frozen=True, slots=True)
class Grade:
    """Verdict and score of a test, a group or all."""

    verdict: str
    score: float = 0.0


@dataclass
class Group:
    """A group of tests with its subgroups, in the order in which they are run."""

    row: Any
    parts: list[Any] = field(default_factory=list)  # Group or a test's row

    @property
    def is_sample(self) -> bool:
        return self.row.name == "sample"


#: Runs one test and returns its verdict and the score that a validator gave (None: none).
Run = Callable[[Any], tuple[str, float | None]]


def grade(scoring: str, tests: Sequence[Any], groups: Sequence[Any], run: Run) -> tuple[Grade, float | None]:
    """Run what must be run; return the grade and the most points that there are (None where a problem has no points).

    Pass-fail: all samples, then the hidden tests up to the first that fails. Points: by the groups.
    """
    if scoring == "points" and groups:
        root = tree(tests, groups)
        most = best(root)
        grader = Grader(run)
        found = grader.group(root)
        if grader.stopped:
            return Grade(grader.stopped), most
        # AC means full points; fewer is the first failing verdict (WA where none is, as a validator gave less).
        full = found.score >= most - EPSILON
        return Grade("AC" if full else grader.first_failed or "WA", found.score), most
    return _pass_fail(tests, run), None


def _pass_fail(tests: Iterable[Any], run: Run) -> Grade:
    verdict = "AC"
    for test in sorted(tests, key=lambda test: not test.is_sample):  # stable: samples first, each part in its order
        if verdict != "AC" and not test.is_sample:
            break
        found, _score = run(test)
        if verdict == "AC":
            verdict = found
        if found in ("CE", "IE"):
            return Grade(found)
    return Grade(verdict)


def tree(tests: Iterable[Any], groups: Sequence[Any]) -> Group:
    """Build the tree of groups; a test without a group belongs to the root."""
    nodes = {row.pk: Group(row) for row in groups}
    root = next(node for node in nodes.values() if node.row.parent_id is None)
    parts: list[tuple[Any, Any, Any]] = []
    for row in groups:
        if row.parent_id is not None:
            parts.append((row.parent_id, (row.order, row.pk), nodes[row.pk]))
    for test in tests:
        parts.append((test.group_id if test.group_id in nodes else root.row.pk, (test.order, test.pk), test))
    for parent, _order, part in sorted(parts, key=lambda item: item[1]):
        nodes[parent].parts.append(part)
    for node in nodes.values():  # the samples are what everybody looks at first
        node.parts.sort(key=lambda part: not (isinstance(part, Group) and part.is_sample))
    return root


def best(group: Group) -> float:
    """The points of a program that passes everything."""
    if group.row.points and group.row.parent_id is None:
        return float(group.row.points)
    scores = [
        best(part) if isinstance(part, Group) else part_score(group, "AC", None)
        for part in group.parts
        if not (group.row.ignore_sample and isinstance(part, Group) and part.is_sample)
    ]
    return _combined(group.row.score_mode, scores)


def part_score(group: Group, verdict: str, score: float | None) -> float:
    """What one test of a group scores: a validator's own score goes before the group's."""
    if verdict != "AC":
        return float(group.row.reject_score)
    return float(group.row.accept_score) if score is None else score


class Grader:
    """Runs a tree of groups; remembers which passed, as others may ask for them."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.passed: set[str] = set()
        self.first_failed = ""
        self.stopped = ""  # CE or IE: nothing more is run

    def group(self, group: Group) -> Grade:
        """Run a group's tests and subgroups as far as it wants, and combine them."""
        row = group.row
        grades: list[Grade] = []
        counted: list[Grade] = []
        for part in group.parts:
            if self.stopped or (row.on_reject == "break" and any(grade.verdict != "AC" for grade in counted)):
                break
            found = self._part(group, part)
            grades.append(found)
            if not (row.ignore_sample and isinstance(part, Group) and part.is_sample):
                counted.append(found)
        if self.stopped:
            return Grade(self.stopped)
        verdict = self._verdict(row, counted)
        if verdict == "AC":
            self.passed.add(row.name)
        return Grade(verdict, _combined(row.score_mode, [grade.score for grade in counted]))

    def _part(self, group: Group, part: Any) -> Grade:
        if isinstance(part, Group):
            if not set(part.row.requires) <= self.passed:
                return Grade("WA", self._rejected(part))
            return self.group(part)
        verdict, score = self.run(part)
        if verdict in ("CE", "IE"):
            self.stopped = verdict
        if verdict != "AC" and not part.is_sample:
            self.first_failed = self.first_failed or verdict
        return Grade(verdict, part_score(group, verdict, score))

    def _rejected(self, group: Group) -> float:
        """The score of a group that is not run."""
        return float(group.row.reject_score)

    def _verdict(self, row: Any, grades: Sequence[Grade]) -> str:
        verdicts = [grade.verdict for grade in grades]
        failed = [verdict for verdict in verdicts if verdict != "AC"]
        if row.verdict_mode == "always_accept" or not failed:
            return "AC"
        if row.accept_if_any_accepted and len(failed) < len(verdicts):
            return "AC"
        return failed[0] if row.verdict_mode == "first_error" else max(failed, key=SEVERITY.index)


def _combined(mode: str, scores: Sequence[float]) -> float:
    if not scores:
        return 0.0
    return {"sum": sum, "min": min, "max": max, "avg": lambda values: sum(values) / len(values)}[mode](scores)
