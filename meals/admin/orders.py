"""Orders: to look at, to export and to cancel; what members ordered is nobody's to rewrite."""

from django.contrib import admin, messages
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field

from common.columns import badge, number
from meals import services
from meals.admin.base import ReadAndExportAdmin
from meals.admin.tables import TitledResource, choice
from meals.models import Order


class OrderResource(TitledResource):
    titles = {"member": _("member"), "maker": _("maker")}
    member = Field("user__nickname", "member", readonly=True)
    group = Field("group__name", "group", readonly=True)
    maker = Field("food__maker__name", "maker", readonly=True)
    food = Field("food__name", "food", readonly=True)

    dehydrate_dining_type, dehydrate_status = choice("dining_type"), choice("status")
    dehydrate_reason, dehydrate_placed_by = choice("reason"), choice("placed_by")

    class Meta:
        model = Order
        fields = (
            "id",
            "date",
            "dining_type",
            "group",
            "member",
            "maker",
            "food",
            "price",
            "subsidy",
            "status",
            "reason",
            "placed_by",
            "created_at",
            "cancelled_at",
            "rating",
            "comment",
        )

    def get_queryset(self):
        return super().get_queryset().select_related("user", "group", "food__maker")


@admin.register(Order)
class OrderAdmin(ReadAndExportAdmin):
    resource_classes = (OrderResource,)
    state = badge("status", _("status"), placed="info", delivered="success", cancelled="danger")
    won, paid = number("price", _("price (won)")), number("subsidy", _("paid by the company (won)"))
    list_display = ("date", "dining_type", "group", "user", "food", "won", "paid", "state", "rating")
    list_filter = ("status", "dining_type", "placed_by", "reason", "group", "date", "rating")
    list_select_related = ("group", "user", "food")
    search_fields = ("user__nickname", "user__email", "food__name", "external_id")
    search_help_text = _("Food, nickname, e-mail address or external id")
    date_hierarchy = "date"
    ordering = ("-date", "-id")
    actions = ("cancel", "deliver")

    def has_cancel_permission(self, request):
        return request.user.has_perm("meals.change_order")

    @admin.action(description=_("Cancel the chosen orders"), permissions=["cancel"])
    def cancel(self, request, queryset):
        done = 0
        for order in queryset.filter(status=Order.Status.PLACED).select_related("menu__food", "user"):
            done += services.order_cancel(user=order.user, order=order, reason=Order.Reason.STAFF)[1]
        self.message_user(request, _("Orders cancelled, members told: %(count)d.") % {"count": done}, messages.SUCCESS)

    @admin.action(description=_("Mark the chosen orders as delivered"), permissions=["cancel"])
    def deliver(self, request, queryset):
        done = services.mark_delivered(queryset)
        self.message_user(request, _("Orders delivered: %(count)d.") % {"count": done}, messages.SUCCESS)
