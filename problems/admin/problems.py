"""Problems in the admin: texts, limits, tags, test data, packages."""

from django.contrib import admin, messages
from django.http import HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field
from unfold.admin import TabularInline
from unfold.decorators import action

from common.columns import badge
from problems.admin import uploads
from problems.models import Problem, ProblemTag, Submission, TestGroup
from problems.querysets import LONG
from problems.services.catalogue import delete_problems, set_status
from problems.services.submissions import rejudge
from recommendations.staff import PublishedAdmin, PublishedResource


class ProblemResource(PublishedResource):
    domain = "problems"
    solved_count = Field("solved_count", "solved_count", readonly=True)
    submission_count = Field("submission_count", "submission_count", readonly=True)

    class Meta:
        model = Problem
        import_id_fields = ("slug",)
        clean_model_instances = True
        fields = (
            "slug", "external_id", "title_ko", "title_en", "statement_ko", "statement_en", "notes_ko", "notes_en",
            "level", "status", "time_limit", "memory_limit_mb", "author", "source", "licence",
            "solved_count", "submission_count",
        )  # fmt: skip


class ProblemTagInline(TabularInline):
    model = ProblemTag
    fields = ("tag", "position", "source", "probability")
    autocomplete_fields = ("tag",)
    extra = 0


class TestGroupInline(TabularInline):
    """How points are given; groups come with the test data."""

    model = TestGroup
    fields = ("name", "points", "on_reject", "score_mode", "verdict_mode", "accept_score", "reject_score")
    readonly_fields = ("name",)
    extra = 0
    can_delete = False

    def has_add_permission(self, request, obj=None):
        return False


@admin.register(Problem)
class ProblemAdmin(PublishedAdmin):
    domain = "problems"
    resource_classes = (ProblemResource,)
    state = badge("status", _("status"), published="success", draft="warning")
    list_display = (
        "__str__", "slug", "level", "state", "solved_count", "tried_count", "submission_count", "created_at",
    )  # fmt: skip
    list_filter = ("status", "level", "scoring", "tags", "created_at")
    search_fields = ("title_ko", "title_en", "slug", "external_id", "source")
    search_help_text = _("Title, slug, source or external id")
    ordering = ("-created_at", "-id")
    readonly_fields = ("solved_count", "tried_count", "submission_count", "updated_at")
    prepopulated_fields = {"slug": ("title_en",)}
    inlines = (ProblemTagInline, TestGroupInline)
    actions = ("publish", "withdraw", "judge_again")
    actions_list = ("import_package",)
    actions_detail = ("upload_tests", "show_tests")
    fieldsets = (
        (None, {"fields": ("slug", "status", "level", "title_ko", "title_en")}),
        (_("Statement"), {"fields": ("statement_ko", "statement_en", "notes_ko", "notes_en")}),
        (_("Limits"), {"fields": ("time_limit", "memory_limit_mb", "output_limit_kb")}),
        (
            _("Judging"),
            {
                "fields": (
                    "scoring", "case_sensitive", "space_change_sensitive", "float_absolute_tolerance",
                    "float_relative_tolerance", "validator", "validator_args",
                )
            },
        ),
        (_("Source"), {"fields": ("author", "source", "licence", "external_id", "created_at", "updated_at")}),
        (_("Numbers"), {"fields": ("solved_count", "tried_count", "submission_count")}),
    )  # fmt: skip

    def get_queryset(self, request):
        rows = super().get_queryset(request)
        found = request.resolver_match
        return rows if found and "object_id" in found.kwargs else rows.defer(*LONG)

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path(
                "import-package/",
                view(lambda request: uploads.import_page(self, request)),
                name="problems_problem_package",
            ),
            path(
                "<int:pk>/test-data/",
                view(lambda request, pk: uploads.data_page(self, request, pk)),
                name="problems_problem_test_data",
            ),
            *super().get_urls(),
        ]

    def delete_queryset(self, request, queryset):
        delete_problems(queryset)

    @action(description=_("Import a package"), url_path="to-import", permissions=["add"])
    def import_package(self, request):
        return HttpResponseRedirect(reverse("admin:problems_problem_package"))

    @action(description=_("Upload test data"), url_path="to-test-data", permissions=["change"])
    def upload_tests(self, request, object_id):
        return HttpResponseRedirect(reverse("admin:problems_problem_test_data", args=[object_id]))

    @action(description=_("Tests"), url_path="to-tests", permissions=["change"])
    def show_tests(self, request, object_id):
        return HttpResponseRedirect(f"{reverse('admin:problems_testcase_changelist')}?problem__id__exact={object_id}")

    @admin.action(description=_("Publish the chosen problems"), permissions=["change"])
    def publish(self, request, queryset):
        self._told(request, set_status(queryset, Problem.Status.PUBLISHED))

    @admin.action(description=_("Make the chosen problems drafts"), permissions=["change"])
    def withdraw(self, request, queryset):
        self._told(request, set_status(queryset, Problem.Status.DRAFT))

    def _told(self, request, count):
        self.message_user(request, _("Problems changed: %(count)d.") % {"count": count}, messages.SUCCESS)

    @admin.action(description=_("Judge all their submissions again"), permissions=["change"])
    def judge_again(self, request, queryset):
        count = rejudge(Submission.objects.filter(problem__in=queryset))
        self.message_user(request, _("To be judged again: %(count)d.") % {"count": count}, messages.SUCCESS)
