"""What runs by itself: automatic orders (who allows what, what came of it) and the pull from the source database."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from common.columns import badge, number
from meals.admin.base import ReadAndExportAdmin
from meals.models import AutoOrder, AutoOrderResult, AutoOrderRun, SourceTable


@admin.register(AutoOrder)
class AutoOrderAdmin(ReadAndExportAdmin):
    won = number("max_price", _("highest price (won)"))
    list_display = ("user", "dining_type", "enabled", "won", "updated_at")
    list_filter = ("enabled", "dining_type")
    list_select_related = ("user",)
    search_fields = ("user__nickname", "user__email")


@admin.register(AutoOrderRun)
class AutoOrderRunAdmin(ReadAndExportAdmin):
    list_display = ("date", "dining_type", "started_at", "finished_at", "ordered", "skipped")
    list_filter = ("dining_type", "date")
    date_hierarchy = "date"


@admin.register(AutoOrderResult)
class AutoOrderResultAdmin(ReadAndExportAdmin):
    done = badge("outcome", _("outcome"), ordered="success", skipped="warning")
    list_display = ("date", "dining_type", "user", "done", "reason", "order", "mailed_at")
    list_filter = ("outcome", "reason", "dining_type", "date")
    list_select_related = ("user", "order__food", "order__user")
    search_fields = ("user__nickname", "user__email")
    date_hierarchy = "date"


@admin.register(SourceTable)
class SourceTableAdmin(ReadAndExportAdmin):
    list_display = ("name", "mark", "key", "rows", "bad", "complete", "pulled_at", "error")
