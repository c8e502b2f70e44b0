"""Memberships, participations and likes in the admin.

Who belongs where is decided by owners and organisers, through services that keep counts and models; staff look, and
delete, which the services do, too.
"""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from activities import services
from activities.models import Like, Membership, Participation
from common.columns import badge


class PlaceAdmin(ModelAdmin):
    """Read, and delete."""

    state = badge("status", _("status"), approved="success", pending="warning", rejected="danger")
    list_filter = ("status", "requested_at")
    date_hierarchy = "requested_at"
    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def delete_model(self, request, obj):
        self.take_out(obj)

    def delete_queryset(self, request, queryset):
        for row in queryset:
            self.take_out(row)

    def take_out(self, row):
        raise NotImplementedError


@admin.register(Membership)
class MembershipAdmin(PlaceAdmin):
    list_display = ("club", "user", "state", "requested_at", "decided_at")
    list_select_related = ("club", "user")
    search_fields = ("club__name", "user__nickname", "user__email")
    search_help_text = _("Club, nickname or e-mail address")

    def take_out(self, row):
        services.membership_delete(membership=row)


@admin.register(Participation)
class ParticipationAdmin(PlaceAdmin):
    list_display = ("activity", "user", "state", "requested_at", "decided_at")
    list_select_related = ("activity", "user")
    search_fields = ("activity__title", "user__nickname", "user__email")
    search_help_text = _("Activity, nickname or e-mail address")

    def take_out(self, row):
        services.participation_delete(participation=row)


@admin.register(Like)
class LikeAdmin(PlaceAdmin):
    list_display = ("activity", "user", "created_at")
    list_filter = ("created_at",)
    date_hierarchy = "created_at"
    list_select_related = ("activity", "user")
    search_fields = ("activity__title", "user__nickname", "user__email")
    search_help_text = _("Activity, nickname or e-mail address")

    def take_out(self, row):
        services.unlike(user=row.user, activity=row.activity)
