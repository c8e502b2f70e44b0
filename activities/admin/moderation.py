"""The queue of staff: comments that are held, reported or appealed for, and the verdicts on them, one by one or many."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.forms import ActionForm
from unfold.widgets import UnfoldAdminRadioSelectWidget, UnfoldAdminTextInputWidget

from activities import moderating, services
from activities.admin import review
from activities.admin.base import CascadedAdmin
from activities.models import Comment, QueuedComment, Verdict
from activities.models.comments import BY_FILTER
from activities.models.moderation import REASON_LENGTH
from activities.services import screening
from activities.services.moderation import PERMISSION

STATES = {"shown": "success", "held": "warning", "hidden": "danger"}


class AppealedFilter(admin.SimpleListFilter):
    title = _("appeal")
    parameter_name = "appealed"

    def lookups(self, request, model_admin):
        return [("yes", _("appealed for"))]

    def queryset(self, request, queryset):
        return queryset.filter(appeal__isnull=False, appeal__decision=None) if self.value() else queryset


class ByFilterFilter(admin.SimpleListFilter):
    """What the filter took from sight by itself, and nobody has looked at since."""

    title = _("by the filter")
    parameter_name = "by_filter"

    def lookups(self, request, model_admin):
        return [("yes", _("held or hidden by the filter alone"))]

    def queryset(self, request, queryset):
        hidden = queryset.exclude(state=Comment.State.SHOWN).filter(reason=BY_FILTER)
        return hidden if self.value() else queryset


class ReasonForm(ActionForm):
    """The bar of actions with a place for the reason, which counts for all chosen comments."""

    reason = forms.CharField(
        label="",
        required=False,
        max_length=REASON_LENGTH,
        widget=UnfoldAdminTextInputWidget({"placeholder": _("Reason, for the authors")}),
    )


class VerdictForm(forms.ModelForm):
    """Staff's verdict on one comment; nothing else of it can be changed."""

    verdict = forms.ChoiceField(label=_("verdict"), choices=Verdict, widget=UnfoldAdminRadioSelectWidget)
    explanation = forms.CharField(
        label=_("reason"),
        required=False,
        max_length=REASON_LENGTH,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("The author reads it. Needed for an abusive comment."),
    )

    class Meta:
        model = Comment
        fields = ()

    def clean(self):
        values = super().clean()
        if values.get("verdict") == Verdict.ABUSIVE and not (values.get("explanation") or "").strip():
            self.add_error("explanation", _("Say why: the author will read it."))
        return values


class DecidingAdmin(CascadedAdmin):
    """Reading comments with what speaks for and against them; deciding for those who may."""

    class Media:
        css = {"all": ("activities/staff.css",)}

    form = VerdictForm
    action_form = ReasonForm
    actions = ("fine", "abusive")
    list_select_related = ("activity", "user", "appeal")
    list_per_page = 50
    show_full_result_count = False
    search_fields = ("text", "user__nickname", "user__email", "activity__title")
    readonly_fields = (
        "highlighted", "state", "reason", "scored", "words", "user", "record", "activity", "parent", "created_at",
        "deleted_at", "reported", "appealed", "decided",
    )  # fmt: skip

    def has_change_permission(self, request, obj=None):
        return self.has_moderate_permission(request)

    def has_view_permission(self, request, obj=None):
        return self.has_moderate_permission(request) or super().has_view_permission(request, obj)

    def has_moderate_permission(self, request):
        return request.user.has_perm(PERMISSION)

    def get_fieldsets(self, request, obj=None):
        comment = ("highlighted", "state", "reason", "scored", "words", "user", "record", "activity", "parent")
        comment = (*comment, "created_at")
        sets = [(None, {"fields": comment}), (_("History"), {"fields": ("reported", "appealed", "decided")})]
        if self.has_moderate_permission(request) and not (obj and obj.deleted_at):
            sets.append((_("Decision"), {"fields": ("verdict", "explanation")}))
        return sets

    def get_changelist_instance(self, request):
        changes = super().get_changelist_instance(request)
        rows = list(changes.result_list)
        for row, words in zip(rows, screening.telling_words([row.text for row in rows]), strict=True):
            row.telling = words
        changes.result_list = rows
        return changes

    @display(description=_("text"))
    def short(self, comment):
        return comment.text[:80] or "—"

    @display(description=_("text"))
    def highlighted(self, comment):
        told = screening.telling_words([comment.text])[0]
        parts = screening.marked(comment.text, told)
        shown = (format_html("<mark>{}</mark>", part) if score else part for part, score in parts)
        return format_html_join("", "{}", ((part,) for part in shown)) or "—"

    @display(description=_("Member's record"))
    def record(self, comment):
        url = reverse("admin:activities_comment_changelist")
        link = format_html('<a href="{}?user__id__exact={}">{}</a>', url, comment.user_id, _("all comments"))
        return format_html("{} · {}", moderating.in_words(moderating.record(comment.user)), link)

    @display(description=_("state"), ordering="state", label=STATES)
    def state_shown(self, comment):
        return comment.state, comment.get_state_display()

    @display(description=_("score"), ordering="score")
    def scored(self, comment):
        return "–" if comment.score is None else f"{comment.score:.2f}"

    @display(description=_("words that spoke for it"))
    def words(self, comment):
        told = getattr(comment, "telling", None)
        told = screening.telling_words([comment.text])[0] if told is None else told
        return format_html_join(", ", "{} ({})", ((word, f"{score:.2f}") for word, score in told)) or "–"

    @display(description=_("reports"))
    def reported(self, comment):
        rows = comment.reports.select_related("user")[:50]
        shown = ((row.created_at.date(), row.user, row.get_reason_display(), row.note) for row in rows)
        return format_html_join("", "<div>{} · {} · {} {}</div>", shown) or "–"

    @display(description=_("appeal"))
    def appealed(self, comment):
        appeal = getattr(comment, "appeal", None)
        return format_html("{} · {}", appeal.created_at.date(), appeal.text) if appeal else "–"

    @display(description=_("decisions"))
    def decided(self, comment):
        rows = comment.decisions.select_related("by")[:50]
        shown = ((row, row.by or "–", row.reason, _("taken back") if row.reverted_at else "") for row in rows)
        return format_html_join("", "<div>{} · {} · {} {}</div>", shown) or "–"

    @admin.action(description=_("Fine: show the chosen comments"), permissions=["moderate"])
    def fine(self, request, queryset):
        self._decide(request, queryset, Verdict.FINE)

    @admin.action(description=_("Abusive: hide the chosen comments"), permissions=["moderate"])
    def abusive(self, request, queryset):
        self._decide(request, queryset, Verdict.ABUSIVE)

    def _decide(self, request, queryset, verdict):
        reason, count = request.POST.get("reason", ""), 0
        for comment in list(queryset):
            try:
                services.comment_decide(by=request.user, comment=comment, verdict=verdict, reason=reason)
                count += 1
            except ValidationError as error:
                self.message_user(request, f"{comment}: {error.messages[0]}", messages.ERROR)
                if getattr(error, "code", None) != "deleted":
                    return  # the reason is refused for all of them
        self.message_user(request, _("Comments decided on: %(count)d.") % {"count": count}, messages.SUCCESS)

    def save_model(self, request, obj, form, change):
        values = form.cleaned_data
        try:
            services.comment_decide(
                by=request.user, comment=obj, verdict=values["verdict"], reason=values["explanation"]
            )
        except ValidationError as error:  # somebody deleted it meanwhile
            self.message_user(request, error.messages[0], messages.ERROR)

    def log_change(self, request, obj, message):
        """Decisions have a log of their own; Django's would keep the words of the comment after its author is erased."""


@admin.register(QueuedComment)
class QueueAdmin(DecidingAdmin):
    list_display = (
        "short",
        "state_shown",
        "scored",
        "words",
        "open_reports",
        "appeal_text",
        "user",
        "activity",
        "created_at",
    )
    list_filter = ("state", "reports__reason", AppealedFilter, "created_at")
    actions_list = ("review_page", "filter_page")

    def get_urls(self):
        return [*review.urls(self), *super().get_urls()]

    @action(description=_("Review one by one"), url_path="review-one", icon="gavel")
    def review_page(self, request):
        return HttpResponseRedirect(reverse("admin:activities_queuedcomment_review"))

    @action(description=_("The comment filter"), url_path="comment-filter", icon="filter_alt")
    def filter_page(self, request):
        return HttpResponseRedirect(reverse("admin:activities_queuedcomment_filter"))

    def get_ordering(self, request):
        return ("-urgency", "created_at")

    @display(description=_("reports"), ordering="open_reports")
    def open_reports(self, comment):
        return comment.open_reports

    @display(description=_("appeal"))
    def appeal_text(self, comment):
        return self.appealed(comment)


@admin.register(Comment)
class CommentAdmin(DecidingAdmin):
    list_display = ("short", "user", "activity", "state_shown", "scored", "deleted_at", "created_at")
    list_filter = ("state", ByFilterFilter, ("deleted_at", admin.EmptyFieldListFilter), "created_at")
    date_hierarchy = "created_at"
