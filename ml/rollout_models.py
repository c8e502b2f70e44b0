"""Tables of what was released: each change of production, canary and shadow; and how versions in the shadow agree."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Promotion(models.Model):
    """One change of what serves whom: who, when, why. Never edited; a `rollback` goes back along `previous`."""

    class Action(models.TextChoices):
        PROMOTE = "promote", _("promote")
        ROLLBACK = "rollback", _("roll back")
        CANARY = "canary", _("canary")
        SHADOW = "shadow", _("shadow")

    class Source(models.TextChoices):
        ADMIN = "admin", _("admin")
        COMMAND = "command", _("command line")
        SCHEDULE = "schedule", _("schedule")
        CODE = "code", _("the site's code")

    version = models.ForeignKey("ml.ModelVersion", models.CASCADE, related_name="promotions", verbose_name=_("version"))
    previous = models.ForeignKey(
        "ml.ModelVersion",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("previous version"),
    )
    action = models.CharField(_("action"), max_length=20, choices=Action.choices)
    old = models.FloatField(_("old share"), null=True, blank=True, help_text=_("Of canary and shadow, from 0 to 1."))
    new = models.FloatField(_("new share"), null=True, blank=True, help_text=_("Of canary and shadow, from 0 to 1."))
    undone = models.BooleanField(_("rolled back"), default=False)
    source = models.CharField(_("from where"), max_length=20, choices=Source.choices, default=Source.CODE)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    why = models.CharField(_("why"), max_length=500, blank=True)
    at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name, verbose_name_plural = _("release"), _("releases")
        ordering = ["-id"]

    def __str__(self):
        return f"{self.action} {self.version}"

    @property
    def share(self) -> str:
        """Old → new share in percent; empty for a change of production."""
        return "" if self.new is None else f"{100 * (self.old or 0):g} → {100 * self.new:g} %"


class ShadowDay(models.Model):
    """How much the lists of a version in the shadow had in common with those that were shown, on one day (`ml.rollout`)."""

    version = models.ForeignKey(
        "ml.ModelVersion", models.CASCADE, related_name="shadow_days", verbose_name=_("version")
    )
    shown = models.CharField(_("shown version"), max_length=64)
    feed = models.CharField(_("feed"), max_length=50)
    day = models.DateField(_("day"))
    requests = models.PositiveBigIntegerField(_("requests"), default=0)
    overlap = models.FloatField(_("shared places, summed"), default=0.0)
    first = models.PositiveBigIntegerField(_("same first item"), default=0)
    errors = models.PositiveBigIntegerField(_("errors"), default=0)

    class Meta:
        verbose_name, verbose_name_plural = _("day in the shadow"), _("days in the shadow")
        ordering = ["-day", "feed", "shown"]
        constraints = [models.UniqueConstraint(fields=["version", "shown", "feed", "day"], name="ml_shadow_day_unique")]

    def __str__(self):
        return f"{self.version} {self.feed} {self.day}"
