"""Tags and the graph of which comes before which."""

from django.contrib import admin, messages
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_q.tasks import async_task
from unfold.admin import ModelAdmin
from unfold.decorators import action

from problems.models import Prerequisite, Tag


@admin.register(Tag)
class TagAdmin(ModelAdmin):
    list_display = ("slug", "name_ko", "name_en")
    search_fields = ("slug", "name_ko", "name_en")
    ordering = ("slug",)


@admin.register(Prerequisite)
class PrerequisiteAdmin(ModelAdmin):
    """The tag graph of roadmaps. Whatever staff set is staff's, and learning anew leaves it alone."""

    list_display = ("before", "after", "weight", "source", "updated_at")
    list_editable = ("weight",)
    list_filter = ("source", "after")
    list_select_related = ("before", "after")
    search_fields = ("before__slug", "after__slug", "before__name_ko", "after__name_ko")
    autocomplete_fields = ("before", "after")
    readonly_fields = ("source", "updated_at")
    actions_list = ("learn",)

    def save_model(self, request, obj, form, change):
        if not change or form.changed_data:
            obj.source = Prerequisite.Source.STAFF
        super().save_model(request, obj, form, change)

    @action(description=_("Learn from the submissions anew"), url_path="learn", permissions=["change"])
    def learn(self, request):
        async_task("problems.services.prerequisites.learn_prerequisites")
        messages.success(request, _("The graph is being learned; look again in a minute."))
        return HttpResponseRedirect(reverse("admin:problems_prerequisite_changelist"))
