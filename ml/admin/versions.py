"""Model versions with their metrics and picture; promotions, training runs and revisions."""

from django.contrib import admin, messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from common.columns import badge, share, size
from ml import registry
from ml.admin import columns, compare, shown, versions_rollout, versions_training
from ml.admin.readonly import ReadOnlyAdmin, Titled
from ml.models import ModelVersion, Revision, TrainingRun
from ml.said import log, said

STATES = {"production": "success", "candidate": "info", "broken": "danger"}
RUN_STATES = {"done": "success", "failed": "danger", "running": "info", "queued": "warning"}


class OfModelAdmin(ReadOnlyAdmin):
    """Rows that tell of a model: its name in words on their pages."""

    def title(self, obj):
        return f"{columns.model_name(obj.domain, obj.family)} #{obj.number}"

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        if obj is not None:
            context["original"] = Titled(obj, self.title(obj))
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    @admin.display(description=_("model"))
    def model_shown(self, obj):
        code = f"{obj.domain}/{obj.family}"
        return format_html("{} <code>{}</code>", columns.model_name(obj.domain, obj.family), code)


@admin.register(ModelVersion)
class ModelVersionAdmin(OfModelAdmin):
    what, size = columns.model, size("bytes", _("size"))
    list_display = ("what", "number_shown", "state", "tried", "headline", "created_at")
    list_filter = (columns.DomainFilter, columns.FamilyFilter, "status")
    search_fields = ("version", "fingerprint")
    search_help_text = _("Version or fingerprint of the data")
    date_hierarchy = "created_at"
    actions = ("promote_versions", "roll_back", "compare_two", "evaluate")
    actions_list = ("training_page",)
    actions_detail = ("compare_one", "release")
    fieldsets = (
        (None, {"fields": ("model_shown", "number_and_code", "state_shown", "headline", "created_at")}),
        (_("Evaluation"), {"fields": ("metrics_table", "confusion")}),
        (
            _("What it was trained on"),
            {"fields": ("rows", "window_shown", "fingerprint", "params_table", "seed", "code_version", "size")},
        ),
    )
    readonly_fields = tuple(name for _heading, part in fieldsets for name in part["fields"])

    def get_queryset(self, request):
        """With the figure that their evaluations are told by, and none of the rows."""
        return super().get_queryset(request).defer("picture").annotate(**columns.EVALUATED)

    def has_train_permission(self, request):
        return request.user.has_perm(versions_training.TRAIN)

    def has_promote_permission(self, request):
        return request.user.has_perm("ml.promote_modelversion")

    @admin.display(description=_("canary / shadow"))
    def tried(self, obj):
        return f"{obj.canary:.0%} / {obj.shadow:.0%}" if obj.canary or obj.shadow else "–"

    @admin.display(description=_("quality"))
    def headline(self, obj):
        return columns.quality(obj.metrics, obj)

    @display(description=_("version"), ordering="number", header=True)
    def number_shown(self, obj):
        return f"#{obj.number}", obj.version

    @display(description=_("status"), ordering="status", label=STATES)
    def state(self, obj):
        state, text = ("broken", _("broken")) if obj.broken else (obj.status, obj.get_status_display())
        return (state, text) if state in STATES else text

    @admin.display(description=_("metrics"))
    def metrics_table(self, obj):
        return shown.metrics(obj.domain, obj.metrics, bool(obj.picture))

    @admin.display(description=_("parameters"))
    def params_table(self, obj):
        return shown.params(obj.family, obj.params)

    @admin.display(description=_("version"))
    def number_and_code(self, obj):
        return format_html("#{} <code>{}</code>", obj.number, obj.version)

    @admin.display(description=_("status"))
    def state_shown(self, obj):
        return f"{_('broken')}: {said(obj.broken)}" if obj.broken else obj.get_status_display()

    @admin.display(description=_("time window"))
    def window_shown(self, obj):
        return shown.window(obj.window)

    @admin.display(description=_("picture of the evaluation"))
    def confusion(self, obj):
        if not obj.picture:
            return "–"
        url = reverse("admin:ml_modelversion_picture", args=[obj.pk])
        return format_html('<img src="{}" alt="{}" style="max-width:100%">', url, _("picture of the evaluation"))

    def get_urls(self):
        picture = self.admin_site.admin_view(self.picture_view)
        return [
            path("<int:pk>/picture/", picture, name="ml_modelversion_picture"),
            *versions_training.urls(self),
            *versions_rollout.urls(self),
            *compare.urls(self),
            *super().get_urls(),
        ]

    @action(description=_("Training of models"), url_path="training", icon="model_training")
    def training_page(self, request):
        return HttpResponseRedirect(reverse("admin:ml_modelversion_train"))

    @action(description=_("Compare"), url_path="compare-one", icon="compare_arrows")
    def compare_one(self, request, object_id):
        return HttpResponseRedirect(f"{reverse('admin:ml_modelversion_compare')}?a={object_id}")

    @action(description=_("Release"), url_path="release", icon="rocket_launch")
    def release(self, request, object_id):
        return HttpResponseRedirect(reverse("admin:ml_modelversion_rollout", args=[object_id]))

    @admin.action(description=_("Compare two versions"))
    def compare_two(self, request, queryset):
        chosen = list(queryset.order_by("-number", "pk").values_list("pk", flat=True)[:3])
        if len(chosen) != 2:
            self.message_user(request, _("Choose exactly two versions of one model to compare."), messages.ERROR)
            return None
        return HttpResponseRedirect(f"{reverse('admin:ml_modelversion_compare')}?a={chosen[0]}&b={chosen[1]}")

    def picture_view(self, request, pk):
        """The PNG by itself: the content security policy admits no pictures inside the page's text."""
        version = ModelVersion.objects.filter(pk=pk).first()
        if version is None or not version.picture or not self.has_view_permission(request):
            raise Http404
        return HttpResponse(
            bytes(version.picture), content_type="image/png", headers={"X-Content-Type-Options": "nosniff"}
        )

    @admin.action(description=_("Evaluate row by row"), permissions=["train"])
    def evaluate(self, request, queryset):
        for version in queryset.order_by("domain", "family", "number"):
            versions_training.queue_evaluation(self, request, version)
        return versions_training.back()

    @admin.action(description=_("Put into production"), permissions=["promote"])
    def promote_versions(self, request, queryset):
        for version in queryset:
            try:
                registry.promote(version, by=request.user)
            except registry.RegistryError as error:
                self.message_user(request, said(str(error)), messages.ERROR)
            else:
                self._serves(request, version)

    def _serves(self, request, version):
        text = _("In production: %(version)s") % {"version": columns.version_name(version)}
        self.message_user(request, text, messages.SUCCESS)

    @admin.action(description=_("Roll back to the version before"), permissions=["promote"])
    def roll_back(self, request, queryset):
        for domain, family in sorted(set(queryset.values_list("domain", "family"))):
            try:
                version = registry.rollback(domain, family, by=request.user)
            except registry.RegistryError as error:
                self.message_user(request, said(str(error)), messages.ERROR)
            else:
                self._serves(request, version)


@admin.register(TrainingRun)
class TrainingRunAdmin(OfModelAdmin):
    what, state, percent = columns.model, badge("status", _("status"), **RUN_STATES), share("progress", _("progress"))
    list_display = ("what", "kind", "state", "percent", "outcome", "started_at", "finished_at")
    list_filter = (columns.DomainFilter, columns.FamilyFilter, "kind", "status")
    search_fields = ("task_id", "message", "error")
    list_select_related = ("version",)
    date_hierarchy = "created_at"

    fields = (
        "model_shown", "kind", "state", "percent", "again", "version", "error_shown", "log_shown", "created_at",
        "started_at", "finished_at", "owner", "task_id",
    )  # fmt: skip
    readonly_fields = fields

    def title(self, obj):
        return f"{columns.model_name(obj.domain, obj.family)}: {obj.get_kind_display()}, {obj.get_status_display()}"

    @display(description=_("outcome"))
    def outcome(self, obj):
        return f"#{obj.version.number}" if obj.version else Truncator(said(obj.message)).chars(60) or "–"

    @admin.display(description=_("error"))
    def error_shown(self, obj):
        return said(obj.error) or "–"

    @admin.display(description=_("log"))
    def log_shown(self, obj):
        return format_html('<pre class="whitespace-pre-wrap">{}</pre>', log(obj.log)) if obj.log else "–"


@admin.register(Revision)
class RevisionAdmin(ReadOnlyAdmin):
    list_display = ("name", "number", "updated_at")
    search_fields = ("name",)
