"""What members sent in: staff with the permission may read it, nobody changes it; it can be judged again."""

from django.contrib import admin, messages
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from problems.models import Attempt, Problem, Submission
from problems.services.standing import refresh_standing
from problems.services.submissions import rejudge


class ReadOnlyAdmin(ModelAdmin):
    """Rows to be looked at."""

    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False


@admin.register(Submission)
class SubmissionAdmin(ReadOnlyAdmin):
    list_display = (
        "id", "problem", "user", "status", "verdict", "points", "time_ms", "memory_kb", "attempts", "queued_at", "judged_at",
    )  # fmt: skip
    list_filter = ("status", "verdict", "language", "queued_at")
    list_select_related = ("problem", "user")
    search_fields = ("problem__slug", "user__nickname", "user__email")
    date_hierarchy = "queued_at"
    actions = ("judge_again",)

    def get_queryset(self, request):
        rows = super().get_queryset(request)
        found = request.resolver_match
        return rows if found and "object_id" in found.kwargs else rows.defer("code", "tests", "message")

    @admin.action(description=_("Judge again"), permissions=["rejudge"])
    def judge_again(self, request, queryset):
        count = rejudge(queryset)
        self.message_user(request, _("To be judged again: %(count)d.") % {"count": count}, messages.SUCCESS)

    def has_rejudge_permission(self, request):
        return request.user.has_perm("problems.change_submission")

    @transaction.atomic
    def delete_model(self, request, obj):
        obj.delete()
        Problem.objects.filter(pk=obj.problem_id).adjust("submission_count", -1)
        refresh_standing(obj.user_id, obj.problem_id)

    def delete_queryset(self, request, queryset):
        for row in queryset:
            self.delete_model(request, row)


@admin.register(Attempt)
class AttemptAdmin(ReadOnlyAdmin):
    list_display = ("problem", "user", "tries", "points", "solved_at", "last_failed_at")
    list_filter = (("solved_at", admin.EmptyFieldListFilter), "solved_at")
    list_select_related = ("problem", "user")
    search_fields = ("problem__slug", "user__nickname", "user__email")

    def has_delete_permission(self, request, obj=None):
        """Progress follows the submissions; it goes with its member or problem, whose pages ask here."""
        return obj is not None and super().has_delete_permission(request, obj)
