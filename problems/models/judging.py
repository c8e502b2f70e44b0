"""What the judge keeps besides submissions: trial runs, and what each machine last said about its sandbox."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from problems.models.catalogue import Problem
from problems.models.submissions import Submission


class Trial(models.Model):
    """A program run on the samples, or on an input of the member's own, before sending it in. Kept for a day; counts nowhere."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("member"), on_delete=models.CASCADE, related_name="trials"
    )
    problem = models.ForeignKey(Problem, verbose_name=_("problem"), on_delete=models.CASCADE, related_name="trials")
    language = models.CharField(
        _("language"), max_length=20, choices=Submission.Language, default=Submission.Language.PYTHON3
    )
    code = models.TextField(_("code"))
    input = models.TextField(_("input"), null=True, blank=True, help_text=_("Empty: the samples."))  # noqa: DJ001  no input is one, too
    status = models.CharField(_("status"), max_length=10, choices=Submission.Status, default=Submission.Status.QUEUED)
    verdict = models.CharField(_("verdict"), max_length=3, choices=Submission.Verdict, blank=True)
    tests = models.JSONField(
        _("tests"),
        default=list,
        blank=True,
        help_text=_("One object per run: name, verdict, time_ms, memory_kb, output, stderr."),
    )
    tests_total = models.PositiveIntegerField(_("number of tests"), default=0)
    message = models.TextField(_("message"), blank=True)
    attempts = models.PositiveSmallIntegerField(_("judge's attempts"), default=0)
    worker = models.CharField(_("worker"), max_length=64, blank=True)
    queued_at = models.DateTimeField(_("sent in"), default=timezone.now)
    started_at = models.DateTimeField(_("judging since"), null=True, blank=True)
    lease_until = models.DateTimeField(_("worker lives until"), null=True, blank=True)
    judged_at = models.DateTimeField(_("judged"), null=True, blank=True)

    class Meta:
        verbose_name = _("trial run")
        verbose_name_plural = _("trial runs")
        ordering = ["-queued_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=["queued", "judging", "done"]), name="problems_trial_status")
        ]
        indexes = [
            models.Index(
                fields=["status", "queued_at", "id"],
                condition=Q(status__in=["queued", "judging"]),
                name="problems_trial_waiting",
            ),
            models.Index(fields=["user", "-queued_at"], name="problems_trial_member"),
        ]

    def __str__(self):
        return f"#{self.pk} {self.verdict or self.status}"

    @property
    def is_done(self) -> bool:
        return self.status == Submission.Status.DONE


class JudgeReport(models.Model):
    """What the judge on one machine said when it last tested its sandbox."""

    host = models.CharField(_("machine"), max_length=64, unique=True)
    ok = models.BooleanField(_("working"))
    kind = models.CharField(_("sandbox"), max_length=20, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    checked_at = models.DateTimeField(_("tested"), default=timezone.now)

    class Meta:
        verbose_name = _("report of the judge")
        verbose_name_plural = _("reports of the judge")
        ordering = ["-checked_at"]

    def __str__(self):
        return f"{self.host}: {self.kind or self.reason}"
