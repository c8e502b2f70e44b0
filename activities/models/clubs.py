"""Clubs and their members."""

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from activities.fields import PlainCopyField, RichTextField
from activities.querysets import ClubQuerySet


class Club(models.Model):
    """People who do something together. Write through `activities.services`, which keep counts and catalogue."""

    class Status(models.TextChoices):
        ACTIVE = "active", _("active")
        CLOSED = "closed", _("closed")

    name = models.CharField(_("name"), max_length=100)
    intro = models.CharField(_("introduction"), max_length=300, blank=True)
    info = RichTextField(_("about the club"), blank=True)
    info_text = PlainCopyField(source="info")
    category = models.ForeignKey(
        "accounts.Category", verbose_name=_("main category"), on_delete=models.PROTECT, related_name="clubs"
    )
    categories = models.ManyToManyField(
        "accounts.Category", verbose_name=_("further categories"), blank=True, related_name="further_clubs"
    )
    region = models.ForeignKey(
        "accounts.Region",
        verbose_name=_("region"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="clubs",
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="owned_clubs",
    )
    profile_image = models.ImageField(_("profile picture"), upload_to="clubs/%Y/%m", blank=True)
    banner_image = models.ImageField(_("banner"), upload_to="clubs/%Y/%m", blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.ACTIVE)
    member_count = models.PositiveIntegerField(_("members"), default=0, editable=False)
    external_id = models.CharField(_("external id"), max_length=100, null=True, blank=True, unique=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    history = HistoricalRecords(excluded_fields=["info_text", "member_count"])
    objects = ClubQuerySet.as_manager()

    class Meta:
        verbose_name = _("club")
        verbose_name_plural = _("clubs")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=["active", "closed"]),
                name="activities_club_status",
                violation_error_message=_("Unknown status."),
            ),
        ]
        indexes = [
            models.Index(fields=["status", "-created_at", "-id"], name="activities_club_latest"),
            models.Index(fields=["category", "-created_at", "-id"], name="activities_club_category"),
            models.Index(fields=["region", "-created_at", "-id"], name="activities_club_region"),
            models.Index(fields=["-member_count", "-id"], name="activities_club_popular"),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("clubs:detail", args=[self.pk])

    @property
    def is_open(self):
        return self.status == self.Status.ACTIVE

    def is_owned_by(self, user):
        return bool(user and user.is_authenticated and self.owner_id == user.pk)


class Membership(models.Model):
    """One member's place in a club, from the request on."""

    class Status(models.TextChoices):
        PENDING = "pending", _("waiting for approval")
        APPROVED = "approved", _("approved")
        REJECTED = "rejected", _("declined")
        LEFT = "left", _("left")

    club = models.ForeignKey(Club, verbose_name=_("club"), on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("member"), on_delete=models.CASCADE, related_name="memberships"
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PENDING)
    requested_at = models.DateTimeField(_("requested"), default=timezone.now)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    class Meta:
        verbose_name = _("club membership")
        verbose_name_plural = _("club memberships")
        ordering = ["requested_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["club", "user"], name="activities_membership_once"),
            models.CheckConstraint(
                condition=models.Q(status__in=["pending", "approved", "rejected", "left"]),
                name="activities_membership_status",
            ),
        ]
        indexes = [
            models.Index(fields=["club", "status", "requested_at"], name="activities_membership_club"),
            models.Index(fields=["user", "status"], name="activities_membership_user"),
        ]

    def __str__(self):
        return f"{self.user} · {self.club}"
