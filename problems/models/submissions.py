"""Programs that members send in, and what a member has done with a problem so far."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from problems.models.catalogue import Problem


class Verdict(models.TextChoices):
    ACCEPTED = "AC", _("accepted")
    WRONG = "WA", _("wrong answer")
    TIME = "TLE", _("time limit exceeded")
    MEMORY = "MLE", _("memory limit exceeded")
    RUNTIME = "RTE", _("runtime error")
    OUTPUT = "OLE", _("output limit exceeded")
    COMPILE = "CE", _("compile error")
    INTERNAL = "IE", _("error of the judge")


class Submission(models.Model):
    """A program sent in for a problem. Written through `problems.services.submissions`; read by its member alone."""

    class Status(models.TextChoices):
        QUEUED = "queued", _("waiting")
        JUDGING = "judging", _("being judged")
        DONE = "done", _("done")

    class Language(models.TextChoices):
        PYTHON3 = "python3", "Python 3"

    Verdict = Verdict

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("member"), on_delete=models.CASCADE, related_name="submissions"
    )
    problem = models.ForeignKey(
        Problem, verbose_name=_("problem"), on_delete=models.CASCADE, related_name="submissions"
    )
    language = models.CharField(_("language"), max_length=20, choices=Language, default=Language.PYTHON3)
    code = models.TextField(_("code"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.QUEUED)
    verdict = models.CharField(_("verdict"), max_length=3, choices=Verdict, blank=True)
    points = models.FloatField(_("points"), null=True, blank=True)
    max_points = models.FloatField(_("most points"), null=True, blank=True)
    tests = models.JSONField(
        _("tests"),
        default=list,
        blank=True,
        help_text=_("One object per test: name, verdict, time_ms, memory_kb, sample."),
    )
    tests_total = models.PositiveIntegerField(_("number of tests"), default=0)
    time_ms = models.PositiveIntegerField(_("slowest test (ms)"), null=True, blank=True)
    memory_kb = models.PositiveIntegerField(_("largest test (KB)"), null=True, blank=True)
    message = models.TextField(_("message"), blank=True)
    attempts = models.PositiveSmallIntegerField(_("judge's attempts"), default=0)
    worker = models.CharField(
        _("worker"), max_length=64, blank=True, help_text=_("Token of the worker that judges it.")
    )
    lease_until = models.DateTimeField(
        _("worker lives until"), null=True, blank=True, help_text=_("Later than this its worker is taken for dead.")
    )
    rejudge = models.PositiveIntegerField(_("times judged again"), default=0)
    event_id = models.PositiveBigIntegerField(
        _("event"), null=True, blank=True, editable=False, help_text=_("What the member's model learned from it.")
    )
    queued_at = models.DateTimeField(_("sent in"), default=timezone.now)
    started_at = models.DateTimeField(_("judging since"), null=True, blank=True)
    judged_at = models.DateTimeField(_("judged"), null=True, blank=True)

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        ordering = ["-queued_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["queued", "judging", "done"]), name="problems_submission_status"
            ),
            models.CheckConstraint(condition=~Q(status="done", verdict=""), name="problems_submission_judged"),
        ]
        indexes = [
            models.Index(
                fields=["status", "queued_at", "id"],
                condition=Q(status__in=["queued", "judging"]),
                name="problems_submission_waiting",
            ),
            models.Index(fields=["user", "-queued_at", "-id"], name="problems_submission_member"),
            models.Index(fields=["user", "problem", "-queued_at"], name="problems_submission_own"),
            models.Index(fields=["problem", "-queued_at", "-id"], name="problems_submission_problem"),
        ]

    def __str__(self):
        return f"#{self.pk} {self.verdict or self.status}"

    def get_absolute_url(self):
        return reverse("problems:submission", args=[self.pk])

    @property
    def is_done(self) -> bool:
        return self.status == self.Status.DONE


class Attempt(models.Model):
    """What a member has done with a problem: one row for each pair, kept by the judge's service."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("member"), on_delete=models.CASCADE, related_name="attempts"
    )
    problem = models.ForeignKey(Problem, verbose_name=_("problem"), on_delete=models.CASCADE, related_name="attempts")
    tries = models.PositiveIntegerField(
        _("tries"), default=0, help_text=_("Judged submissions up to the first solution.")
    )
    points = models.FloatField(_("best points"), null=True, blank=True)
    first_tried_at = models.DateTimeField(_("first tried"), null=True, blank=True)
    last_failed_at = models.DateTimeField(_("last failed"), null=True, blank=True)
    solved_at = models.DateTimeField(_("solved"), null=True, blank=True)

    class Meta:
        verbose_name = _("progress on a problem")
        verbose_name_plural = _("progress on problems")
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["user", "problem"], name="problems_attempt_once")]
        indexes = [
            models.Index(fields=["user", "-solved_at"], name="problems_attempt_solved"),
            models.Index(fields=["problem"], condition=Q(solved_at=None), name="problems_attempt_unsolved"),
        ]

    def __str__(self):
        return f"{self.user} · {self.problem}"

    @property
    def is_solved(self) -> bool:
        return self.solved_at is not None


class Like(models.Model):
    """A member likes a problem. Made by `record_event(verb="like")`, so that row, event and model go together."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("member"), on_delete=models.CASCADE, related_name="problem_likes"
    )
    problem = models.ForeignKey(Problem, verbose_name=_("problem"), on_delete=models.CASCADE, related_name="likes")
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    class Meta:
        verbose_name = _("like")
        verbose_name_plural = _("likes")
        ordering = ["-created_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["user", "problem"], name="problems_like_once")]

    def __str__(self):
        return f"{self.user} ♥ {self.problem}"
