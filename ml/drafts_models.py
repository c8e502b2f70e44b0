"""Tables of parameters on their way to members: drafts, and what was published together."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class ParameterDraft(models.Model):
    """Values that staff prepare (`ml.drafts`): nothing reads them but the preview, until they are published.

    `values` and `base` are {scope: {name: value}}; `base` is what was in force when a value was chosen. `version` grows with
    each save; `trail` says who changed what in which.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        PUBLISHED = "published", _("published")
        DISCARDED = "discarded", _("discarded")

    name = models.CharField(_("name"), max_length=100)
    note = models.TextField(_("why"), max_length=2000, blank=True)
    status = models.CharField(_("status"), max_length=20, choices=Status.choices, default=Status.DRAFT)
    version = models.PositiveIntegerField(_("version"), default=1)
    values = models.JSONField(_("values"), default=dict, blank=True)
    base = models.JSONField(_("values then in force"), default=dict, blank=True)
    trail = models.JSONField(_("edits"), default=list, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("owner")
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("changed by")
    )
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("published by"),
    )

    class Meta:
        verbose_name, verbose_name_plural = _("parameter draft"), _("parameter drafts")
        ordering = ["-updated_at", "-id"]
        permissions = [("publish_parameterdraft", "Can publish drafts of parameters and take them back")]

    def __str__(self):
        return self.name

    @property
    def state(self) -> Any:
        """The status in words of its own: comments and activities are drafted and published too."""
        return {"draft": _("being prepared"), "published": _("brought into force")}.get(
            self.status, self.get_status_display()
        )


class ParameterPublication(models.Model):
    """Changes that came into force together: a draft's, or the way back from an earlier publication or change."""

    draft = models.ForeignKey(
        ParameterDraft, models.SET_NULL, null=True, blank=True, related_name="publications", verbose_name=_("draft")
    )
    reverts = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="reverted_by", verbose_name=_("takes back")
    )
    note = models.TextField(_("why"), blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name, verbose_name_plural = _("publication of parameters"), _("publications of parameters")
        ordering = ["-id"]

    def __str__(self):
        return f"#{self.pk}"
