"""What each member is expected to spend, and how accuracy and variety trade off: both are made by tasks, for staff."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class SpendingForecast(models.Model):
    """Value of a member's orders in the days to come, as `meals.spending.forecast` last made it. Amounts in won."""

    class Segment(models.TextChoices):
        REGULARS = "regulars", _("regulars")
        LARGE_ORDERS = "large_orders", _("large orders")
        STEADY = "steady", _("average")
        SMALL_ORDERS = "small_orders", _("small orders")
        OCCASIONAL = "occasional", _("occasional")
        LEAVING = "leaving", _("leaving")

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("member"),
        on_delete=models.CASCADE,
        related_name="spending_forecast",
        primary_key=True,
    )
    expected = models.PositiveBigIntegerField(_("expected (won)"))
    low = models.PositiveBigIntegerField(_("at least (won)"))
    high = models.PositiveBigIntegerField(_("at most (won)"))
    will_order = models.FloatField(_("probability of an order"))
    segment = models.CharField(_("segment"), max_length=20, choices=Segment)
    recency = models.FloatField(_("days since the last order"))
    frequency = models.FloatField(_("orders in 30 days"))
    orders = models.PositiveIntegerField(_("number of orders"))
    amount = models.PositiveBigIntegerField(_("mean order value (won)"))
    made_at = models.DateTimeField(_("made"))
    version = models.CharField(_("model version"), max_length=64)

    class Meta:
        verbose_name = _("spending forecast")
        verbose_name_plural = _("Spending")
        ordering = ["-expected", "user_id"]
        constraints = [
            models.CheckConstraint(condition=Q(will_order__gte=0, will_order__lte=1), name="meals_spending_probability")
        ]
        indexes = [
            models.Index(fields=["segment", "-expected"], name="meals_spending_segment"),
            models.Index(fields=["-expected", "user"], name="meals_spending_expected"),
        ]

    def __str__(self):
        return f"{self.user} · {self.expected:,}"


class VarietyCurve(models.Model):
    """Accuracy and variety of a feed at several strengths of its parameter `diversity`, on menus of the past."""

    feed = models.CharField(_("list"), max_length=50, unique=True)
    #: one dict for each strength: see `meals.variety_curve`
    points = models.JSONField(_("points"), default=list, blank=True)
    measured = models.JSONField(_("measured on"), default=dict, blank=True)
    made_at = models.DateTimeField(_("made"), null=True, blank=True)
    queued_at = models.DateTimeField(_("queued"), null=True, blank=True)
    error = models.CharField(_("last error"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("curve of variety")
        verbose_name_plural = _("Accuracy and variety")
        ordering = ["feed"]

    def __str__(self):
        return self.feed

    @property
    def is_waiting(self):
        """Whether it is being made; what was queued long ago and never ended is not."""
        return bool(self.queued_at and (timezone.now() - self.queued_at).total_seconds() < 3600)
