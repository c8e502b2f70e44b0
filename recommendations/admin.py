"""The log and the catalogue for staff: to read, never to edit; a log that can be edited is no truth."""

from django.contrib import admin
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common.columns import short
from ml.admin import columns
from ml.admin.readonly import ReadOnlyAdmin
from recommendations.models import CatalogueEntry, Event, ItemRevision
from recommendations.preview_staff import PreviewRunAdmin
from recommendations.watch.admin import WatchDayAdmin

__all__ = ["CatalogueEntryAdmin", "EventAdmin", "ItemRevisionAdmin", "PreviewRunAdmin", "WatchDayAdmin"]


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    domain_shown, did, through = columns.domain, columns.verb, columns.feed
    list_display = ["occurred_at", "who", "did", "domain_shown", "item_id", "learned", "through", "forgotten_at"]
    list_filter = [columns.DomainFilter, columns.VerbFilter, ("user", admin.EmptyFieldListFilter), "occurred_at"]
    search_fields = ["=item_id", "user__email", "user__nickname"]
    search_help_text = _("Number of the item, e-mail address or nickname")
    list_per_page = 50
    list_select_related = ["user"]
    date_hierarchy = "occurred_at"
    fields = [
        "occurred_at", "recorded_at", "who", "did", "domain_shown", "item_id", "learned", "value", "context", "through",
        "model_version", "sequence", "visitor", "forgotten_at",
    ]  # fmt: skip
    show_full_result_count = False

    @admin.display(description=_("weight"), ordering="weight")
    def learned(self, event):
        return f"{event.weight / 1000:g}"

    @admin.display(description=_("member"), ordering="user")
    def who(self, event):
        return str(event.user) if event.user_id else gettext("visitor")


@admin.register(ItemRevision)
class ItemRevisionAdmin(ReadOnlyAdmin):
    domain_shown, title = columns.domain, short("text", _("text"), 80)
    list_display = ["title", "domain_shown", "item_id", "label", "created_at"]
    fields = ["domain_shown", "item_id", "label", "text", "created_at"]
    list_filter = [columns.DomainFilter, "created_at"]
    search_fields = ["=item_id", "text"]
    search_help_text = _("Number of the item, or words of its text")
    list_per_page = 50
    show_full_result_count = False


@admin.register(CatalogueEntry)
class CatalogueEntryAdmin(ReadOnlyAdmin):
    domain_shown, title = columns.domain, short("revision__text", _("text"), 80)
    list_display = ["title", "domain_shown", "item_id", "listed"]
    fields = ["title", "domain_shown", "item_id", "listed"]
    list_filter = [columns.DomainFilter, "listed"]
    search_fields = ["=item_id", "revision__text"]
    search_help_text = _("Number of the item, or words of its text")
    list_per_page = 50
    list_select_related = ["revision"]
    show_full_result_count = False
