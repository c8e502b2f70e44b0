"""The log of releases: what was put into production, tried on members or in the shadow, by whom and why; to read and export."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from import_export.admin import ExportMixin
from import_export.fields import Field
from import_export.formats.base_formats import CSV, XLSX
from import_export.resources import ModelResource
from unfold.contrib.import_export.forms import ExportForm
from unfold.decorators import display

from common.columns import badge
from ml.admin import columns
from ml.admin.readonly import ReadOnlyAdmin
from ml.models import Promotion


class PromotionResource(ModelResource):
    """One row per change, with the versions in words."""

    version = Field(attribute="version__version")
    domain = Field(attribute="version__domain")
    family = Field(attribute="version__family")
    number = Field(attribute="version__number")
    previous = Field(attribute="previous__version")
    by = Field(attribute="by__email")

    class Meta:
        model = Promotion
        fields = (
            "id", "at", "domain", "family", "number", "version", "action", "previous", "old", "new", "source", "by",
            "why", "undone",
        )  # fmt: skip
        export_order = fields


@admin.register(Promotion)
class PromotionAdmin(ExportMixin, ReadOnlyAdmin):
    resource_classes = (PromotionResource,)
    formats = (CSV, XLSX)
    export_form_class = ExportForm
    what, done = columns.version, badge("action", _("action"), promote="success", rollback="warning")
    list_display = ("at", "what", "done", "share", "before", "source", "by", "why")
    list_filter = ("version__domain", "version__family", "action", "source", "at")
    list_select_related = ("version", "previous", "by")
    search_fields = ("version__domain", "version__family", "version__version", "why", "by__email")
    date_hierarchy = "at"

    @display(description=_("share"))
    def share(self, obj):
        return obj.share or "–"

    @display(description=_("previous version"))
    def before(self, obj):
        return f"#{obj.previous.number} ({obj.previous.version})" if obj.previous else "–"
