"""Groups (companies) whose members order meals together: where, on which days, until when, and with what budget."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from meals import days
from meals.querysets import GroupQuerySet
from meals.validators import validate_weekdays


class DiningType(models.TextChoices):
    LUNCH = "lunch", _("lunch")
    DINNER = "dinner", _("dinner")


def monday_to_friday():
    return [0, 1, 2, 3, 4]


class Group(models.Model):
    """A company. A meal without cutoff time is not served; the members of a public group's menus are seen by everybody."""

    name = models.CharField(_("name"), max_length=100)
    address = models.CharField(_("address"), max_length=200, blank=True)
    region = models.ForeignKey(
        "accounts.Region",
        verbose_name=_("region"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="meal_groups",
    )
    is_public = models.BooleanField(
        _("public"), default=False, help_text=_("Everybody sees its menus, and new members join it by themselves.")
    )
    is_active = models.BooleanField(_("active"), default=True)
    service_days = models.JSONField(
        _("service days"),
        default=monday_to_friday,
        validators=[validate_weekdays],
        help_text=_("Weekdays as numbers; 0 is Monday."),
    )
    lunch_cutoff = models.TimeField(_("lunch: orders until"), null=True, blank=True, default=dt.time(10, 0))
    dinner_cutoff = models.TimeField(_("dinner: orders until"), null=True, blank=True, default=dt.time(16, 0))
    cutoff_days_before = models.PositiveSmallIntegerField(
        _("days before"), default=0, help_text=_("So many days before the meal orders close; 0: on the day itself.")
    )
    budget = models.PositiveIntegerField(
        _("budget per meal (won)"),
        null=True,
        blank=True,
        help_text=_("What the company pays at most; the member pays the rest. Empty: the company pays all."),
    )
    external_id = models.CharField(_("external id"), max_length=100, null=True, blank=True, unique=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    history = HistoricalRecords()
    objects = GroupQuerySet.as_manager()

    class Meta:
        verbose_name = _("group")
        verbose_name_plural = _("groups")
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(cutoff_days_before__lte=7),
                name="meals_group_days_before",
                violation_error_message=_("Orders close a week before the meal at most."),
            )
        ]

    def __str__(self):
        return self.name

    def cutoff(self, dining_type):
        """The time of day until which orders are taken, or None where the meal is not served."""
        return self.lunch_cutoff if dining_type == DiningType.LUNCH else self.dinner_cutoff

    def closes_at(self, day, dining_type):
        """The moment from which no order for a day's meal is taken, or None where it is not served."""
        time = self.cutoff(dining_type)
        return days.moment(day - dt.timedelta(days=self.cutoff_days_before), time) if time else None

    def serves_on(self, day):
        """Whether meals are served on a weekday; days off are `Holiday` rows."""
        return day.weekday() in self.service_days

    def subsidy(self, price):
        """What the company pays of a price."""
        return price if self.budget is None else min(price, self.budget)


class GroupMembership(models.Model):
    """One member of a group."""

    class Role(models.TextChoices):
        MEMBER = "member", _("member")
        MANAGER = "manager", _("manager")

    group = models.ForeignKey(Group, verbose_name=_("group"), on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("member"), on_delete=models.CASCADE, related_name="meal_memberships"
    )
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.MEMBER)
    joined_at = models.DateTimeField(_("joined"), default=timezone.now)

    class Meta:
        verbose_name = _("group membership")
        verbose_name_plural = _("group memberships")
        ordering = ["joined_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "group"], name="meals_membership_once"),
            models.CheckConstraint(condition=Q(role__in=["member", "manager"]), name="meals_membership_role"),
        ]

    def __str__(self):
        return f"{self.user} · {self.group}"


class Holiday(models.Model):
    """A day without meals, of one group or (without group) of all."""

    group = models.ForeignKey(
        Group,
        verbose_name=_("group"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="holidays",
        help_text=_("Empty: for all groups."),
    )
    date = models.DateField(_("date"), db_index=True)
    name = models.CharField(_("name"), max_length=100, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("day off")
        verbose_name_plural = _("days off")
        ordering = ["date", "id"]
        constraints = [
            # Two, since rows without a group would be different ones to a single constraint.
            models.UniqueConstraint(fields=["group", "date"], name="meals_holiday_once"),
            models.UniqueConstraint(fields=["date"], condition=Q(group=None), name="meals_holiday_of_all_once"),
        ]

    def __str__(self):
        return f"{self.date} {self.name}".strip()
