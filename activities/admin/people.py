"""Memberships, participations, likes and comments in the admin.

Who belongs where is decided by owners and organisers, through services that keep counts and models; staff look, and
delete, which the services do, too.
"""

from django.contrib import admin, messages
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from activities import services
from activities.models import Comment, Like, Membership, Participation


class PlaceAdmin(ModelAdmin):
    """Read, and delete."""

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
    list_display = ("club", "user", "status", "requested_at", "decided_at")
    list_select_related = ("club", "user")
    search_fields = ("club__name", "user__nickname", "user__email")

    def take_out(self, row):
        services.membership_delete(membership=row)


@admin.register(Participation)
class ParticipationAdmin(PlaceAdmin):
    list_display = ("activity", "user", "status", "requested_at", "decided_at")
    list_select_related = ("activity", "user")
    search_fields = ("activity__title", "user__nickname", "user__email")

    def take_out(self, row):
        services.participation_delete(participation=row)


@admin.register(Like)
class LikeAdmin(PlaceAdmin):
    list_display = ("activity", "user", "created_at")
    list_filter = ("created_at",)
    date_hierarchy = "created_at"
    list_select_related = ("activity", "user")
    search_fields = ("activity__title", "user__nickname", "user__email")

    def take_out(self, row):
        services.unlike(user=row.user, activity=row.activity)


@admin.register(Comment)
class CommentAdmin(ModelAdmin):
    list_display = ("short", "user", "activity", "is_hidden", "deleted_at", "created_at")
    list_filter = ("is_hidden", ("deleted_at", admin.EmptyFieldListFilter), "created_at")
    list_select_related = ("activity", "user")
    search_fields = ("text", "user__nickname", "user__email", "activity__title")
    date_hierarchy = "created_at"
    readonly_fields = ("activity", "user", "parent", "text", "created_at", "deleted_at")
    show_full_result_count = False
    actions = ("hide", "show")

    def has_add_permission(self, request):
        return False

    @admin.display(description=_("text"), ordering="text")
    def short(self, comment):
        return comment.text[:80] or "—"

    @admin.action(description=_("Hide the chosen comments"), permissions=["change"])
    def hide(self, request, queryset):
        self._set(request, queryset, True)

    @admin.action(description=_("Show the chosen comments again"), permissions=["change"])
    def show(self, request, queryset):
        self._set(request, queryset, False)

    def _set(self, request, queryset, hidden):
        count = queryset.update(is_hidden=hidden)
        self.message_user(request, _("Comments changed: %(count)d.") % {"count": count}, messages.SUCCESS)
