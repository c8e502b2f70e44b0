"""Automatic orders: what a member allows, and what came of it for each slot."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from meals.models.groups import DiningType
from meals.models.orders import Order
from meals.validators import validate_allergens, validate_dates, validate_tags, validate_weekdays


class AutoOrder(models.Model):
    """What a member lets the site order for them, per dining type; off unless they switched it on."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("member"), on_delete=models.CASCADE, related_name="auto_orders"
    )
    dining_type = models.CharField(_("meal"), max_length=10, choices=DiningType)
    enabled = models.BooleanField(_("on"), default=False)
    max_price = models.PositiveIntegerField(
        _("highest price (won)"), null=True, blank=True, help_text=_("Empty: the company's budget.")
    )
    exclude_allergens = models.JSONField(
        _("allergens to avoid"), default=list, blank=True, validators=[validate_allergens]
    )
    exclude_types = models.JSONField(_("food types never wanted"), default=list, blank=True, validators=[validate_tags])
    weekdays_off = models.JSONField(_("weekdays off"), default=list, blank=True, validators=[validate_weekdays])
    days_off = models.JSONField(_("days off"), default=list, blank=True, validators=[validate_dates])
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("automatic order")
        verbose_name_plural = _("automatic orders")
        constraints = [
            models.UniqueConstraint(fields=["user", "dining_type"], name="meals_auto_once"),
            models.CheckConstraint(condition=Q(dining_type__in=["lunch", "dinner"]), name="meals_auto_dining_type"),
        ]
        indexes = [models.Index(fields=["dining_type", "user"], condition=Q(enabled=True), name="meals_auto_on")]

    def __str__(self):
        return f"{self.user} · {self.get_dining_type_display()}"


class AutoOrderRun(models.Model):
    """One call of `auto_order`, for the admin."""

    date = models.DateField(_("date"))
    dining_type = models.CharField(_("meal"), max_length=10, choices=DiningType)
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    ordered = models.PositiveIntegerField(_("ordered"), default=0)
    skipped = models.PositiveIntegerField(_("left out"), default=0)

    class Meta:
        verbose_name = _("run of automatic orders")
        verbose_name_plural = _("runs of automatic orders")
        ordering = ["-started_at", "-id"]

    def __str__(self):
        return f"{self.date} {self.get_dining_type_display()}"


class AutoOrderResult(models.Model):
    """What came of one member's slot. The row with an order is made with it, and no second order follows it."""

    class Outcome(models.TextChoices):
        ORDERED = "ordered", _("ordered")
        SKIPPED = "skipped", _("left out")

    class Reason(models.TextChoices):
        HAS_ORDER = "has_order", _("has ordered already")
        CANCELLED = "cancelled", _("has cancelled this meal")
        DAY_OFF = "day_off", _("a day off")
        NO_GROUP = "no_group", _("belongs to no group")
        NO_MENU = "no_menu", _("no menu on that day")
        CLOSED = "closed", _("orders are closed")
        SOLD_OUT = "sold_out", _("everything is sold out")
        LIMITS = "limits", _("nothing within the limits")

    run = models.ForeignKey(
        AutoOrderRun, verbose_name=_("run"), null=True, on_delete=models.SET_NULL, related_name="results"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("member"), on_delete=models.CASCADE, related_name="auto_results"
    )
    date = models.DateField(_("date"))
    dining_type = models.CharField(_("meal"), max_length=10, choices=DiningType)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome)
    reason = models.CharField(_("reason"), max_length=20, choices=Reason, blank=True)
    order = models.ForeignKey(
        Order,
        verbose_name=_("meal order"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="auto_results",
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    mailed_at = models.DateTimeField(_("told by e-mail"), null=True, blank=True)
    mail_claimed_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("result of automatic orders")
        verbose_name_plural = _("results of automatic orders")
        ordering = ["-date", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "date", "dining_type"], name="meals_result_once"),
        ]
        indexes = [
            models.Index(fields=["date", "dining_type", "outcome"], name="meals_result_day"),
            models.Index(fields=["date"], condition=Q(outcome="ordered", mailed_at=None), name="meals_result_unmailed"),
        ]

    def __str__(self):
        return f"{self.user} · {self.date} {self.get_dining_type_display()}"
