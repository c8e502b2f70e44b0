"""The table of background evaluations that compare a draft's feed with the one in force."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ml.models import ParameterDraft


class PreviewRun(models.Model):
    """One evaluation of a feed with a draft's parameters beside those in force, with its visible progress.

    `before` and `after` are the parameters that were compared, so that a result says what it is about after the draft moved on.
    """

    class Status(models.TextChoices):
        QUEUED = "queued", _("queued")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    ACTIVE = (Status.QUEUED, Status.RUNNING)

    draft = models.ForeignKey(ParameterDraft, models.CASCADE, related_name="+", verbose_name=_("draft"))
    draft_version = models.PositiveIntegerField(_("version of the draft"))
    domain = models.CharField(_("domain"), max_length=50)
    feed = models.CharField(_("feed"), max_length=50)
    before = models.JSONField(_("before"), default=dict)
    after = models.JSONField(_("after"), default=dict)
    status = models.CharField(_("status"), max_length=20, choices=Status.choices, default=Status.QUEUED)
    progress = models.FloatField(_("progress"), default=0.0)
    stage = models.CharField(_("stage"), max_length=50, blank=True)
    result = models.JSONField(_("result"), null=True, blank=True)
    error = models.CharField(_("error"), max_length=500, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("evaluation of a draft"), _("evaluations of drafts")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["draft", "domain", "feed"],
                condition=Q(status__in=["queued", "running"]),
                name="one_preview_at_a_time",
            )
        ]

    def __str__(self):
        return f"{self.domain}.{self.feed} {self.status}"

    @property
    def active(self) -> bool:
        return self.status in self.ACTIVE

    @property
    def percent(self) -> int:
        return round(100 * self.progress)
