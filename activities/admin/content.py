"""Clubs and activities in the admin."""

from django.contrib import admin, messages
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field
from import_export.widgets import ForeignKeyWidget

from accounts.models import Category, Region
from activities.admin.base import PublishedAdmin, PublishedResource
from activities.models import Activity, Club
from common.columns import badge
from recommendations.services import publish


class ClubResource(PublishedResource):
    domain = "clubs"
    category = Field("category", "category", ForeignKeyWidget(Category, "slug"))
    region = Field("region", "region", ForeignKeyWidget(Region, "slug"))
    member_count = Field("member_count", "member_count", readonly=True)

    class Meta:
        model = Club
        import_id_fields = ("external_id",)
        fields = ("external_id", "name", "intro", "info", "category", "region", "status", "member_count", "created_at")


class ActivityResource(PublishedResource):
    domain = "activities"
    category = Field("category", "category", ForeignKeyWidget(Category, "slug"))
    region = Field("region", "region", ForeignKeyWidget(Region, "slug"))
    like_count = Field("like_count", "like_count", readonly=True)
    participant_count = Field("participant_count", "participant_count", readonly=True)

    class Meta:
        model = Activity
        import_id_fields = ("external_id",)
        fields = (
            "external_id",
            "title",
            "intro",
            "content",
            "category",
            "region",
            "place",
            "recruit_start",
            "recruit_end",
            "starts_at",
            "ends_at",
            "capacity",
            "status",
            "like_count",
            "participant_count",
            "created_at",
        )


@admin.register(Club)
class ClubAdmin(PublishedAdmin):
    domain = "clubs"
    resource_classes = (ClubResource,)
    state = badge("status", _("status"), active="success")
    list_display = ("name", "category", "region", "owner", "state", "member_count", "created_at")
    list_per_page = 50
    list_filter = ("status", "category", "region", "created_at")
    list_select_related = ("category", "region", "owner")
    search_fields = ("name", "intro", "owner__nickname", "owner__email", "external_id")
    search_help_text = _("Name, introduction, owner or external id")
    autocomplete_fields = ("category", "categories", "region", "owner")
    readonly_fields = ("member_count", "updated_at")
    ordering = ("-created_at", "-id")
    fieldsets = (
        (None, {"fields": ("name", "intro", "info", "category", "categories", "region", "owner", "status")}),
        (_("Pictures"), {"fields": ("profile_image", "banner_image")}),
        (_("Source"), {"fields": ("external_id", "member_count", "created_at", "updated_at")}),
    )


@admin.register(Activity)
class ActivityAdmin(PublishedAdmin):
    domain = "activities"
    resource_classes = (ActivityResource,)
    state = badge("status", _("status"), open="success", draft="warning")
    list_display = ("title", "category", "club", "state", "recruit_end", "seats", "like_count")
    list_filter = ("status", "category", "region", "needs_approval", "recruit_end", "created_at")
    list_select_related = ("category", "region", "club")
    search_fields = ("title", "intro", "club__name", "host__nickname", "external_id")
    search_help_text = _("Title, introduction, club, organiser or external id")
    autocomplete_fields = ("category", "region", "club", "host")
    readonly_fields = ("like_count", "participant_count", "updated_at")
    ordering = ("-created_at", "-id")
    actions = ("close",)
    fieldsets = (
        (None, {"fields": ("title", "intro", "content", "category", "tags", "club", "host", "status", "thumbnail")}),
        (
            _("When and where"),
            {
                "fields": ("recruit_start", "recruit_end", "starts_at", "ends_at", "region", "place"),
            },
        ),
        (_("Places"), {"fields": ("capacity", "needs_approval", "participant_count", "like_count")}),
        (_("Source"), {"fields": ("external_id", "created_at", "updated_at")}),
    )

    @admin.display(description=_("places"), ordering="participant_count")
    def seats(self, activity):
        """How many take part, of how many."""
        return f"{activity.participant_count} / {activity.capacity or '∞'}"

    @admin.action(description=_("Close the chosen activities"), permissions=["change"])
    @transaction.atomic
    def close(self, request, queryset):
        rows = list(queryset.exclude(status=Activity.Status.CLOSED).select_related("category", "club"))
        for row in rows:
            row.status = Activity.Status.CLOSED
            row.save(update_fields=["status", "updated_at"])
        publish("activities", rows)
        self.message_user(request, _("Closed: %(count)d.") % {"count": len(rows)}, messages.SUCCESS)
