"""What members sent in: staff with the permission may read it, nobody changes it; it can be judged again."""

from django.contrib import admin, messages
from django.contrib.humanize.templatetags.humanize import intcomma
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display

from common.columns import NONE, size
from problems.models import Attempt, Problem, Submission
from problems.services.standing import refresh_standing
from problems.services.submissions import rejudge

VERDICTS = {"AC": "success", "IE": "warning", "other": "danger"}


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
    memory = size("memory_kb", _("memory"), 1024)
    list_display = ("queued_at", "problem", "user", "outcome", "points", "time_shown", "memory", "language")
    list_filter = ("status", "verdict", "language", "queued_at")
    list_select_related = ("problem", "user")
    search_fields = ("problem__slug", "user__nickname", "user__email")
    search_help_text = _("Slug of the problem, nickname or e-mail address")
    date_hierarchy = "queued_at"
    actions = ("judge_again",)

    def get_queryset(self, request):
        rows = super().get_queryset(request)
        found = request.resolver_match
        return rows if found and "object_id" in found.kwargs else rows.defer("code", "tests", "message")

    @display(description=_("verdict"), ordering="verdict", label=VERDICTS)
    def outcome(self, row):
        """The verdict; where there is none yet, how far it is."""
        if not row.verdict:
            return row.get_status_display()
        return row.verdict if row.verdict in ("AC", "IE") else "other", row.get_verdict_display()

    @display(description=_("slowest test"), ordering="time_ms")
    def time_shown(self, row):
        return NONE if row.time_ms is None else f"{intcomma(row.time_ms)} ms"

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
