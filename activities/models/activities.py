"""Activities, and what members do with them."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from activities.fields import PlainCopyField, RichTextField
from activities.models.clubs import Club
from activities.querysets import ActivityQuerySet
from activities.validators import validate_tags


class Activity(models.Model):
    """Something to take part in. Empty windows are open for ever, an empty capacity has no limit."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        OPEN = "open", _("open")
        CLOSED = "closed", _("closed")

    title = models.CharField(_("title"), max_length=200)
    intro = models.CharField(_("introduction"), max_length=300, blank=True)
    content = RichTextField(_("content"), blank=True)
    content_text = PlainCopyField(source="content")
    club = models.ForeignKey(
        Club, verbose_name=_("club"), null=True, blank=True, on_delete=models.CASCADE, related_name="activities"
    )
    host = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("organiser"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="hosted_activities",
    )
    category = models.ForeignKey(
        "accounts.Category", verbose_name=_("category"), on_delete=models.PROTECT, related_name="activities"
    )
    tags = models.JSONField(_("tags"), default=list, blank=True, validators=[validate_tags])
    region = models.ForeignKey(
        "accounts.Region",
        verbose_name=_("region"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="activities",
    )
    place = models.CharField(_("place"), max_length=200, blank=True)
    recruit_start = models.DateTimeField(_("recruiting from"), null=True, blank=True)
    recruit_end = models.DateTimeField(_("recruiting until"), null=True, blank=True)
    starts_at = models.DateTimeField(_("starts"), null=True, blank=True)
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)
    capacity = models.PositiveIntegerField(
        _("capacity"), null=True, blank=True, help_text=_("How many can take part; empty: no limit.")
    )
    needs_approval = models.BooleanField(
        _("needs approval"), default=True, help_text=_("Off: whoever asks takes part while places are left.")
    )
    thumbnail = models.ImageField(_("cover picture"), upload_to="activities/%Y/%m", blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.OPEN)
    like_count = models.PositiveIntegerField(_("likes"), default=0, editable=False)
    participant_count = models.PositiveIntegerField(_("participants"), default=0, editable=False)
    external_id = models.CharField(_("external id"), max_length=100, null=True, blank=True, unique=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    history = HistoricalRecords(excluded_fields=["content_text", "like_count", "participant_count"])
    objects = ActivityQuerySet.as_manager()

    class Meta:
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(recruit_end__gt=F("recruit_start")),
                name="activities_activity_recruiting",
                violation_error_message=_("Recruiting must end after it starts."),
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gte=F("starts_at")),
                name="activities_activity_window",
                violation_error_message=_("The activity must end after it starts."),
            ),
            models.CheckConstraint(
                condition=Q(capacity=None) | Q(capacity__gte=1),
                name="activities_activity_capacity",
                violation_error_message=_("The capacity is at least 1."),
            ),
            models.CheckConstraint(
                condition=Q(capacity=None) | Q(participant_count__lte=F("capacity")),
                name="activities_activity_not_oversold",
                violation_error_message=_("The capacity is smaller than the number of participants."),
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "open", "closed"]),
                name="activities_activity_status",
                violation_error_message=_("Unknown status."),
            ),
        ]
        indexes = [
            # Lists leave the few drafts out, which an index that begins with the status cannot serve in order.
            models.Index(fields=["-created_at", "-id"], name="activities_act_newest"),
            models.Index(fields=["status", "-created_at", "-id"], name="activities_act_latest"),
            models.Index(fields=["status", "recruit_end", "id"], name="activities_act_closing"),
            models.Index(fields=["category", "-created_at", "-id"], name="activities_act_category"),
            models.Index(fields=["region", "-created_at", "-id"], name="activities_act_region"),
            models.Index(fields=["club", "-created_at", "-id"], name="activities_act_club"),
            models.Index(fields=["-like_count", "-id"], name="activities_act_popular"),
            models.Index(fields=["starts_at"], name="activities_act_starts"),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("activities:detail", args=[self.pk])

    def is_run_by(self, user):
        """Tell whether `user` organises it: its host, or the owner of its club."""
        if not (user and user.is_authenticated):
            return False
        return self.host_id == user.pk or bool(self.club_id and self.club.owner_id == user.pk)

    @property
    def recruiting(self):
        """`draft`, `closed`, `soon`, `over`, `full` or `open`: what the badge says and what joining goes by."""
        now = timezone.now()
        if self.status != self.Status.OPEN:
            return self.status
        if self.club_id and not self.club.is_open:
            return "closed"
        if self.recruit_start and now < self.recruit_start:
            return "soon"
        if self.recruit_end and now >= self.recruit_end:
            return "over"
        return "full" if self.is_full else "open"

    @property
    def is_full(self):
        return self.capacity is not None and self.participant_count >= self.capacity

    @property
    def places_left(self):
        return None if self.capacity is None else max(0, self.capacity - self.participant_count)


class Participation(models.Model):
    """One member's place in an activity, from the request on."""

    class Status(models.TextChoices):
        PENDING = "pending", _("waiting for approval")
        APPROVED = "approved", _("approved")
        REJECTED = "rejected", _("declined")
        CANCELLED = "cancelled", _("cancelled")

    activity = models.ForeignKey(
        Activity, verbose_name=_("activity"), on_delete=models.CASCADE, related_name="participations"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("member"), on_delete=models.CASCADE, related_name="participations"
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PENDING)
    requested_at = models.DateTimeField(_("requested"), default=timezone.now)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    class Meta:
        verbose_name = _("participation")
        verbose_name_plural = _("participations")
        ordering = ["requested_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["activity", "user"], name="activities_participation_once"),
            models.CheckConstraint(
                condition=Q(status__in=["pending", "approved", "rejected", "cancelled"]),
                name="activities_participation_status",
            ),
        ]
        indexes = [
            models.Index(fields=["activity", "status", "requested_at"], name="activities_part_activity"),
            models.Index(fields=["user", "status"], name="activities_part_user"),
        ]

    def __str__(self):
        return f"{self.user} · {self.activity}"


class Like(models.Model):
    """A member likes an activity. Made by `record_event(verb="like")`, so that row, event and model go together."""

    activity = models.ForeignKey(Activity, verbose_name=_("activity"), on_delete=models.CASCADE, related_name="likes")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("member"), on_delete=models.CASCADE, related_name="likes"
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    class Meta:
        verbose_name = _("like")
        verbose_name_plural = _("likes")
        ordering = ["-created_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["user", "activity"], name="activities_like_once")]

    def __str__(self):
        return f"{self.user} ♥ {self.activity}"
