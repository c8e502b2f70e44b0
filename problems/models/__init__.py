"""Problems with their tags and tests, submissions, and what a member has done with a problem."""

from problems.models.catalogue import Prerequisite, Problem, ProblemTag, Tag
from problems.models.judging import JudgeReport, Trial
from problems.models.submissions import Attempt, Like, Submission
from problems.models.tests import TestCase, TestGroup

__all__ = [
    "Attempt",
    "JudgeReport",
    "Like",
    "Prerequisite",
    "Problem",
    "ProblemTag",
    "Submission",
    "Tag",
    "TestCase",
    "TestGroup",
    "Trial",
]
