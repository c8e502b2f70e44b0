"""Moderation of comments: what members report, what staff decide, what authors appeal."""

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Cast, Coalesce, Least
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from activities.models.comments import Comment, CommentQuerySet

REASON_LENGTH = 300
#: reports beyond these make a comment no more urgent: a mob must not push its case before all others
COUNTED_REPORTS = 5


class Verdict(models.TextChoices):
    FINE = "fine", _("fine")
    ABUSIVE = "abusive", _("abusive")


class DecisionQuerySet(models.QuerySet):
    def standing(self):
        """Neither taken back nor replaced by a later decision that stands: one for each comment at most."""
        later = ModerationDecision.objects.filter(reverted_at=None).exclude(replaces=None)
        return self.filter(reverted_at=None).exclude(pk__in=later.values("replaces"))

    def teaching(self):
        """What the filter learns from, in order: standing, and not of a member who was erased."""
        return self.standing().exclude(features=b"").order_by("pk")


class ModerationDecision(models.Model):
    """One verdict of staff on one comment: a line of a log that only grows. Write through `activities.services`.

    `features` are the hashed n-grams that the filter learns (`activities.services.training`): the text may be deleted, the
    lesson stays, until the author is erased.
    """

    comment = models.ForeignKey(
        Comment, verbose_name=_("comment"), null=True, on_delete=models.SET_NULL, related_name="decisions"
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("author"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("decided by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    verdict = models.CharField(_("verdict"), max_length=10, choices=Verdict)
    reason = models.CharField(_("reason"), max_length=REASON_LENGTH, blank=True)
    at = models.DateTimeField(_("decided"), default=timezone.now)
    score = models.FloatField(_("score"), null=True)
    features = models.BinaryField(_("features"), default=b"")
    state_before = models.CharField(_("state before"), max_length=10, choices=Comment.State)
    reason_before = models.CharField(_("reason before"), max_length=REASON_LENGTH, blank=True)
    replaces = models.ForeignKey(
        "self", verbose_name=_("replaces"), null=True, on_delete=models.SET_NULL, related_name="replaced_by"
    )
    reverted_at = models.DateTimeField(_("taken back"), null=True)
    reverted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("taken back by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    objects = DecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision on a comment")
        verbose_name_plural = _("decisions on comments")
        ordering = ["-id"]
        permissions = [("moderate_comment", _("Can decide on comments"))]
        constraints = [
            models.CheckConstraint(condition=Q(verdict__in=["fine", "abusive"]), name="activities_decision_verdict")
        ]

    def __str__(self):
        return f"{self.get_verdict_display()} · {timezone.localtime(self.at):%Y-%m-%d %H:%M}"

    def save(self, *args, **kwargs):
        if not self._state.adding:
            raise TypeError("A decision is never changed: take it back (activities.services.decision_revert).")
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise TypeError("A decision is never deleted: take it back (activities.services.decision_revert).")


class Report(models.Model):
    """A member thinks that staff should look at a comment. It changes nothing by itself."""

    class Reason(models.TextChoices):
        INSULT = "insult", _("insults somebody")
        HATE = "hate", _("hatred against a group")
        SEXUAL = "sexual", _("sexual")
        SPAM = "spam", _("advertising")
        OTHER = "other", _("something else")

    comment = models.ForeignKey(Comment, verbose_name=_("comment"), on_delete=models.CASCADE, related_name="reports")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("member"), on_delete=models.CASCADE, related_name="reports"
    )
    reason = models.CharField(_("reason"), max_length=10, choices=Reason)
    note = models.CharField(_("note"), max_length=REASON_LENGTH, blank=True)
    created_at = models.DateTimeField(_("reported"), default=timezone.now)
    decision = models.ForeignKey(
        ModerationDecision,
        verbose_name=_("decision"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="reports",
    )

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["comment", "user"], name="activities_report_once"),
            models.CheckConstraint(
                condition=Q(reason__in=["insult", "hate", "sexual", "spam", "other"]), name="activities_report_reason"
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-created_at"], name="activities_report_user"),
            models.Index(fields=["comment"], condition=Q(decision=None), name="activities_report_open"),
        ]

    def __str__(self):
        return self.get_reason_display()


class Appeal(models.Model):
    """The author of a hidden comment asks staff to look again: once for each comment."""

    comment = models.OneToOneField(Comment, verbose_name=_("comment"), on_delete=models.CASCADE, related_name="appeal")
    text = models.TextField(_("text"), max_length=1000)
    created_at = models.DateTimeField(_("appealed"), default=timezone.now)
    decision = models.ForeignKey(
        ModerationDecision,
        verbose_name=_("decision"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="appeals",
    )

    class Meta:
        verbose_name = _("appeal")
        verbose_name_plural = _("appeals")
        ordering = ["-created_at", "-id"]

    def __str__(self):
        return self.text[:50]


class QueueManager(models.Manager.from_queryset(CommentQuerySet)):
    """Comments on which staff have to decide, with the number of open reports and how urgent each is."""

    def get_queryset(self):
        waiting = Report.objects.filter(comment=OuterRef("pk"), decision=None).order_by().values("comment")
        reports = Coalesce(Subquery(waiting.annotate(n=models.Count("pk")).values("n")), 0)
        appealed = Q(state=Comment.State.HIDDEN, appeal__isnull=False, appeal__decision=None)
        rows = super().get_queryset().filter(deleted_at=None).annotate(open_reports=reports)
        rows = rows.filter(Q(state=Comment.State.HELD) | Q(open_reports__gt=0) | appealed)
        # What everybody can read while it waits is more urgent than what nobody can.
        counted = Cast(Least(F("open_reports"), COUNTED_REPORTS), _FLOAT) / COUNTED_REPORTS
        seen = models.Case(models.When(state=Comment.State.SHOWN, then=counted), default=0.0, output_field=_FLOAT)
        asked = models.Case(models.When(appealed, then=0.5), default=0.0, output_field=_FLOAT)
        return rows.annotate(urgency=Coalesce(F("score"), 0.0, output_field=_FLOAT) + seen + asked)


_FLOAT = models.FloatField()


class QueuedComment(Comment):
    """A comment that waits for staff (a view on `Comment`, for the admin)."""

    objects = QueueManager()

    class Meta:
        proxy = True
        ordering = []
        verbose_name = _("comment to decide on")
        verbose_name_plural = _("comments to decide on")
