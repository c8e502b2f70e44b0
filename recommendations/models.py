"""The log of events, which is the truth, and the item revisions that it speaks of."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

IMPORTED = "import"  #: the `feed` of events from a file that a member sent: they teach that member, and no base


class ItemRevision(models.Model):
    """An item's features as they were at one moment; immutable. Its primary key is the `ref` that deltas hold."""

    domain = models.CharField(_("domain"), max_length=32)
    item_id = models.CharField(_("item"), max_length=64)
    sha = models.CharField(max_length=64)
    text = models.TextField(_("text"), blank=True)
    label = models.CharField(_("label"), max_length=100, blank=True)
    tags = models.JSONField(_("tags"), default=list, blank=True)
    numbers = models.JSONField(_("numbers"), default=dict, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("item revision")
        verbose_name_plural = _("item revisions")
        constraints = [models.UniqueConstraint(fields=["domain", "item_id", "sha"], name="one_revision_per_content")]

    def __str__(self):
        return f"{self.domain}/{self.item_id}#{self.pk}"


class CatalogueEntry(models.Model):
    """What the catalogue says of an item now; `changed` is the catalogue's number at its last change."""

    domain = models.CharField(_("domain"), max_length=32)
    item_id = models.CharField(_("item"), max_length=64)
    revision = models.ForeignKey(ItemRevision, on_delete=models.PROTECT, related_name="+", verbose_name=_("revision"))
    listed = models.BooleanField(_("listed"), default=True)
    created = models.FloatField(_("created"), default=0)
    opens = models.FloatField(_("opens"), null=True, blank=True)
    closes = models.FloatField(_("closes"), null=True, blank=True)
    changed = models.BigIntegerField(_("changed"), default=0)

    class Meta:
        verbose_name = _("catalogue entry")
        verbose_name_plural = _("catalogue entries")
        constraints = [models.UniqueConstraint(fields=["domain", "item_id"], name="one_entry_per_item")]
        indexes = [models.Index(fields=["domain", "changed"], name="catalogue_changes")]

    def __str__(self):
        return f"{self.domain}/{self.item_id}"


class Event(models.Model):
    """One fact "somebody did verb to item at time", with the weight it was learned with. Append-only.

    A member's events are numbered by `sequence` within a domain; a visitor's get their number when the visitor becomes a
    member. Forgetting empties a row to a tombstone: id, times and number stay, what was done is gone.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="events",
        verbose_name=_("member"),
    )
    # NULL, not "": unique constraints and partial indexes leave NULLs out
    visitor = models.CharField(_("visitor"), max_length=64, null=True, blank=True)  # noqa: DJ001
    domain = models.CharField(_("domain"), max_length=32)
    sequence = models.PositiveIntegerField(_("sequence"), null=True, blank=True)
    item_id = models.CharField(_("item"), max_length=64, blank=True)
    revision = models.ForeignKey(ItemRevision, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    verb = models.CharField(_("verb"), max_length=32, blank=True)
    weight = models.IntegerField(_("weight"), default=0, help_text=_("In thousandths, as it was learned."))
    value = models.FloatField(_("value"), null=True, blank=True)
    context = models.CharField(
        _("context"), max_length=64, blank=True, help_text=_("What it came through: the menu that an order names.")
    )
    occurred_at = models.DateTimeField(_("occurred"))
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)
    client_key = models.CharField(max_length=64, null=True, blank=True, editable=False)  # noqa: DJ001
    feed = models.CharField(_("feed"), max_length=32, blank=True)
    model_version = models.CharField(_("model version"), max_length=32, blank=True)
    forgotten_at = models.DateTimeField(_("forgotten"), null=True, blank=True)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints = [
            models.UniqueConstraint(fields=["user", "domain", "sequence"], name="one_event_per_number"),
            models.UniqueConstraint(
                fields=["user", "client_key"], condition=Q(client_key__isnull=False), name="one_event_per_member_key"
            ),
            models.UniqueConstraint(
                fields=["visitor", "client_key"],
                condition=Q(client_key__isnull=False),
                name="one_event_per_visitor_key",
            ),
        ]
        indexes = [
            models.Index(fields=["visitor"], condition=Q(visitor__isnull=False), name="events_of_visitors"),
            models.Index(fields=["domain", "occurred_at"], name="events_in_time"),
            # Few rows; stores beside the database count them at each event, to see whether they are behind the log.
            models.Index(fields=["user", "domain"], condition=Q(forgotten_at__isnull=False), name="events_forgotten"),
        ]

    def __str__(self):
        return f"{self.domain}/{self.item_id} {self.verb}" if self.verb else f"{self.domain} (forgotten)"


from recommendations.preview_models import PreviewRun  # noqa: E402, F401
from recommendations.watch.models import (  # noqa: E402, F401  Django looks for an app's models here
    Alert,
    Drift,
    HealthDay,
    MixDay,
    QueueDay,
    RunningTask,
    StaleDay,
    WatchDay,
    WatchMark,
    Worker,
)
