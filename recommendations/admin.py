"""The log and the catalogue for staff: to read, never to edit; a log that can be edited is no truth."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from ml.admin.readonly import ReadOnlyAdmin
from recommendations.models import CatalogueEntry, Event, ItemRevision
from recommendations.preview_staff import PreviewRunAdmin
from recommendations.watch.admin import WatchDayAdmin

__all__ = ["CatalogueEntryAdmin", "EventAdmin", "ItemRevisionAdmin", "PreviewRunAdmin", "WatchDayAdmin"]


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ["id", "domain", "verb", "item_id", "user", "learned", "feed", "occurred_at", "forgotten_at"]
    list_filter = ["domain", "verb", "feed", "occurred_at"]
    search_fields = ["=item_id", "user__email", "user__nickname"]
    list_select_related = ["user"]
    date_hierarchy = "occurred_at"
    show_full_result_count = False

    @admin.display(description=_("weight"), ordering="weight")
    def learned(self, event):
        return event.weight / 1000


@admin.register(ItemRevision)
class ItemRevisionAdmin(ReadOnlyAdmin):
    list_display = ["id", "domain", "item_id", "label", "title", "created_at"]
    list_filter = ["domain", "label"]
    search_fields = ["=item_id", "text"]
    show_full_result_count = False

    @admin.display(description=_("text"))
    def title(self, revision):
        return revision.text.split("\n", 1)[0][:80]


@admin.register(CatalogueEntry)
class CatalogueEntryAdmin(ReadOnlyAdmin):
    list_display = ["item_id", "domain", "title", "listed", "revision_id"]
    list_filter = ["domain", "listed"]
    search_fields = ["=item_id", "revision__text"]
    list_select_related = ["revision"]
    show_full_result_count = False

    @admin.display(description=_("text"))
    def title(self, entry):
        return entry.revision.text.split("\n", 1)[0][:80]
