"""The tests of a problem: a tree of groups as Kattis' grading has it, and cases with packed input and answer."""

import zlib

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from problems.models.catalogue import Problem

#: Favour time: tests are written once and read at each judging, and level 6 is as fast to read as any.
COMPRESSION = 6


class TestGroup(models.Model):
    """A folder of tests in a problem with points (pass-fail problems have none: every case must pass).

    The root has no parent and the name "", its children are `sample` and `secret`, then as the package has it
    (`secret/group1`). A case in a group scores `accept_score` or `reject_score`; a group's score is `score_mode` over
    its cases and subgroups, its verdict `verdict_mode` over theirs. These are the options of Kattis' default grader.
    """

    __test__ = False  # pytest: not a test

    class OnReject(models.TextChoices):
        BREAK = "break", _("stop at the first rejected test")
        CONTINUE = "continue", _("run all tests")

    class Score(models.TextChoices):
        SUM = "sum", _("sum")
        MIN = "min", _("least")
        MAX = "max", _("most")
        AVG = "avg", _("mean")

    class Verdict(models.TextChoices):
        WORST = "worst_error", _("worst error")
        FIRST = "first_error", _("first error")
        ALWAYS = "always_accept", _("always accepted")

    problem = models.ForeignKey(Problem, verbose_name=_("problem"), on_delete=models.CASCADE, related_name="groups")
    parent = models.ForeignKey(
        "self", verbose_name=_("inside"), null=True, blank=True, on_delete=models.CASCADE, related_name="children"
    )
    name = models.CharField(_("name"), max_length=200, blank=True)
    order = models.PositiveIntegerField(_("order"), default=0)
    points = models.FloatField(_("points"), default=0, help_text=_("The most that the group can give."))
    on_reject = models.CharField(_("when a test fails"), max_length=10, choices=OnReject, default=OnReject.BREAK)
    score_mode = models.CharField(_("score"), max_length=5, choices=Score, default=Score.SUM)
    verdict_mode = models.CharField(_("verdict"), max_length=15, choices=Verdict, default=Verdict.WORST)
    accept_if_any_accepted = models.BooleanField(_("accepted if anything in it is"), default=False)
    ignore_sample = models.BooleanField(_("samples do not count"), default=False)
    accept_score = models.FloatField(_("score of an accepted test"), default=1)
    reject_score = models.FloatField(_("score of a rejected test"), default=0)
    requires = models.JSONField(
        _("only after these groups pass"), default=list, blank=True, help_text=_("Names of groups.")
    )
    validator_args = models.JSONField(
        _("arguments of the validator"), null=True, blank=True, help_text=_("Empty: those of the problem.")
    )

    class Meta:
        verbose_name = _("test group")
        verbose_name_plural = _("test groups")
        ordering = ["problem", "order", "id"]
        constraints = [models.UniqueConstraint(fields=["problem", "name"], name="problems_testgroup_once")]

    def __str__(self):
        return self.name or "data"


class TestCaseQuerySet(models.QuerySet):
    def with_data(self):
        """With input and answer, which are left out everywhere else."""
        return self.defer(None)


class TestCaseManager(models.Manager.from_queryset(TestCaseQuerySet)):  # type: ignore[misc]
    def get_queryset(self):
        return super().get_queryset().defer("input_packed", "answer_packed")


class TestCase(models.Model):
    """One test: what the program reads and what it should print, both packed with zlib."""

    __test__ = False  # pytest: not a test

    problem = models.ForeignKey(Problem, verbose_name=_("problem"), on_delete=models.CASCADE, related_name="tests")
    group = models.ForeignKey(
        TestGroup, verbose_name=_("group"), null=True, blank=True, on_delete=models.CASCADE, related_name="tests"
    )
    name = models.CharField(_("name"), max_length=200)
    order = models.PositiveIntegerField(_("order"), default=0)
    is_sample = models.BooleanField(_("sample"), default=False)
    input_packed = models.BinaryField(default=b"")
    answer_packed = models.BinaryField(default=b"")
    input_bytes = models.PositiveIntegerField(_("input (bytes)"), default=0, editable=False)
    answer_bytes = models.PositiveIntegerField(_("answer (bytes)"), default=0, editable=False)

    objects = TestCaseManager()

    class Meta:
        verbose_name = _("test case")
        verbose_name_plural = _("test cases")
        ordering = ["problem", "order", "id"]
        constraints = [models.UniqueConstraint(fields=["problem", "name"], name="problems_testcase_once")]
        indexes = [
            models.Index(fields=["problem", "order", "id"], name="problems_testcase_order"),
            models.Index(fields=["problem", "order"], condition=Q(is_sample=True), name="problems_testcase_samples"),
        ]

    def __str__(self):
        return self.name

    @property
    def input(self) -> bytes:
        """What the program reads. Without `with_data()` this costs a query."""
        return zlib.decompress(self.input_packed) if self.input_packed else b""

    @input.setter
    def input(self, data: bytes):
        self.input_packed, self.input_bytes = zlib.compress(data, COMPRESSION), len(data)

    @property
    def answer(self) -> bytes:
        """What the program should print (or what a validator compares with)."""
        return zlib.decompress(self.answer_packed) if self.answer_packed else b""

    @answer.setter
    def answer(self, data: bytes):
        self.answer_packed, self.answer_bytes = zlib.compress(data, COMPRESSION), len(data)
