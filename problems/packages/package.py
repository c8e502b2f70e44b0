"""What a package says, as plain data: read by `reader`, written to the database by `problems.services.packages`."""

from __future__ import annotations

from dataclasses import dataclass, field

from problems.packages.tree import Tree


@dataclass
class Group:
    """A folder of tests with its grading; fields as in `problems.models.TestGroup`."""

    name: str
    parent: str | None
    points: float = 0
    on_reject: str = "break"
    score_mode: str = "sum"
    verdict_mode: str = "worst_error"
    accept_if_any_accepted: bool = False
    ignore_sample: bool = False
    accept_score: float = 1
    reject_score: float = 0
    requires: list[str] = field(default_factory=list)
    validator_args: list[str] | None = None


@dataclass
class Test:
    """A test by the paths of its two files."""

    __test__ = False  # pytest: not a test

    name: str
    group: str
    input: str
    answer: str

    @property
    def is_sample(self) -> bool:
        return self.name.startswith("sample/")


@dataclass
class Program:
    """A submission that comes with the package; `expected` is its folder: accepted, wrong_answer, …"""

    path: str
    expected: str
    code: str


@dataclass
class Package:
    """A problem package. `warnings` are sentences on what was left out or assumed."""

    tree: Tree
    slug: str
    uuid: str = ""
    titles: dict[str, str] = field(default_factory=dict)
    statements: dict[str, str] = field(default_factory=dict)
    #: picture's path in the package → the address that stands for it in the statements
    pictures: dict[str, str] = field(default_factory=dict)
    level: int | None = None
    keywords: list[str] = field(default_factory=list)
    author: str = ""
    source: str = ""
    licence: str = ""
    time_limit: float | None = None
    memory_limit_mb: int | None = None
    output_limit_kb: int | None = None
    scoring: bool = False
    validator: str = ""
    validator_args: list[str] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    tests: list[Test] = field(default_factory=list)
    programs: list[Program] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def accepted(self) -> list[Program]:
        return [program for program in self.programs if program.expected == "accepted"]
