"""The log of decisions with a way to take them back, reports and appeals: to read."""

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from activities import services
from activities.admin.base import CascadedAdmin
from activities.models import Appeal, ModerationDecision, Report
from activities.services import training
from activities.services.moderation import PERMISSION
from ml.admin.readonly import ReadOnlyAdmin

STANDINGS = {"taught": "success", "soon": "info", "clean": "warning", "abusive": "warning", "old": ""}
TAUGHT = {
    "taught": _("yes"),
    "soon": _("with the next training"),
    "clean": _("held back: more clean comments would be flagged"),
    "abusive": _("held back: fewer abusive comments would be found"),
    "old": _("no"),
}


class LearnedFilter(admin.SimpleListFilter):
    """Decisions that the clean set holds back: staff look at them, and take them back or leave them."""

    title = _("learned")
    parameter_name = "learned"

    def lookups(self, request, model_admin):
        return [("standing", _("in force")), ("waiting", _("held back")), ("old", _("taken back or replaced"))]

    def queryset(self, request, queryset):
        if self.value() == "standing":
            return queryset.standing()
        if self.value() == "old":
            return queryset.exclude(pk__in=ModerationDecision.objects.standing().values("pk"))
        return queryset.standing().filter(pk__in=training.waiting()) if self.value() == "waiting" else queryset


@admin.register(ModerationDecision)
class DecisionAdmin(ReadOnlyAdmin):
    list_display = ("at", "verdict_shown", "text", "by", "reason", "learned", "reverted_at", "reverted_by")
    list_filter = ("verdict", LearnedFilter, "by", "at")
    list_select_related = ("comment", "by", "reverted_by")
    search_fields = ("reason", "comment__text", "by__nickname")
    date_hierarchy = "at"
    show_full_result_count = False
    list_per_page = 50
    actions = ("take_back",)
    fields = (
        "comment", "author", "verdict", "reason", "by", "at", "score", "state_before", "reason_before", "replaces",
        "reverted_at", "reverted_by",
    )  # fmt: skip

    def has_moderate_permission(self, request):
        return request.user.has_perm(PERMISSION)

    def get_queryset(self, request):
        return super().get_queryset(request).defer("features")

    def get_changelist_instance(self, request):
        changes = super().get_changelist_instance(request)
        changes.result_list = list(changes.result_list)
        keys = [row.pk for row in changes.result_list]
        standing = set(ModerationDecision.objects.teaching().filter(pk__in=keys).values_list("pk", flat=True))
        known = training.waiting() | dict.fromkeys(training.learned(), "taught")
        for row in changes.result_list:
            row.standing = known.get(row.pk, "soon") if row.pk in standing else "old"
        return changes

    @display(description=_("verdict"), ordering="verdict", label={"fine": "success", "abusive": "danger"})
    def verdict_shown(self, decision):
        return decision.verdict, decision.get_verdict_display()

    @display(description=_("comment"))
    def text(self, decision):
        return decision.comment.text[:80] if decision.comment else "–"

    @display(description=_("learned"), label=STANDINGS)
    def learned(self, decision):
        return decision.standing, TAUGHT[decision.standing]

    @admin.action(description=_("Take the chosen decisions back"), permissions=["moderate"])
    def take_back(self, request, queryset):
        count = 0
        for decision in queryset.order_by("-pk"):  # the latest first, which the earlier ones wait for
            try:
                services.decision_revert(by=request.user, decision=decision, train=False)
                count += 1
            except ValidationError as error:
                self.message_user(request, f"{decision}: {error.messages[0]}", messages.ERROR)
        if count:
            training.train_now()
        self.message_user(request, _("Decisions taken back: %(count)d.") % {"count": count}, messages.SUCCESS)


class ReadAdmin(CascadedAdmin):
    def has_change_permission(self, request, obj=None):
        return False


@admin.register(Report)
class ReportAdmin(ReadAdmin):
    list_display = ("created_at", "comment", "user", "reason", "note", "decision")
    list_filter = ("reason", ("decision", admin.EmptyFieldListFilter), "created_at")
    list_select_related = ("comment", "user", "decision")
    search_fields = ("comment__text", "user__nickname", "note")
    date_hierarchy = "created_at"
    show_full_result_count = False


@admin.register(Appeal)
class AppealAdmin(ReadAdmin):
    list_display = ("created_at", "comment", "text", "decision")
    list_filter = (("decision", admin.EmptyFieldListFilter), "created_at")
    list_select_related = ("comment", "decision")
    search_fields = ("text", "comment__text", "comment__user__nickname")
    date_hierarchy = "created_at"
    show_full_result_count = False
