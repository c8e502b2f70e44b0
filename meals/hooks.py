"""What accounts ask of this app: a new member joins the public group, data to take along, what to erase."""

from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_save
from django.dispatch import receiver

from accounts import hooks
from meals import spending
from meals.models import AutoOrder, AutoOrderResult, FoodLike, GroupMembership, Order, SpendingForecast
from meals.services import erasure
from meals.services.groups import join_public
from ml import release

EXPORTED = {
    "groups": (GroupMembership, ("group_id", "group__name", "role", "joined_at")),
    "orders": (
        Order,
        (
            "id",
            "date",
            "dining_type",
            "group__name",
            "food_id",
            "food__name",
            "price",
            "subsidy",
            "status",
            "placed_by",
            "reason",
            "created_at",
            "cancelled_at",
            "rating",
            "comment",
            "rated_at",
        ),
    ),
    "likes": (FoodLike, ("food_id", "food__name", "created_at")),
    "automatic_orders": (
        AutoOrder,
        ("dining_type", "enabled", "max_price", "exclude_allergens", "exclude_types", "weekdays_off", "days_off"),
    ),
    "automatic_order_results": (
        AutoOrderResult,
        ("date", "dining_type", "outcome", "reason", "order_id", "created_at"),
    ),
    "spending_forecast": (
        SpendingForecast,
        ("expected", "low", "high", "will_order", "segment", "recency", "frequency", "orders", "amount", "made_at"),
    ),
}


def export(user):
    """Everything this app holds on a member."""
    return {
        name: list(model.objects.filter(user=user).order_by("pk").values(*fields))
        for name, (model, fields) in EXPORTED.items()
    }


hooks.on_export("meals", export)
hooks.on_erase("meals", erasure.erase)
release.listeners.append(spending.promoted)


@receiver(post_save, sender=settings.AUTH_USER_MODEL, dispatch_uid="meals.signed_up")
def signed_up(sender, instance, created, raw=False, **kwargs):
    """Whichever door they came through: a new member belongs to the public group."""
    if created and not raw:
        join_public(instance)


@receiver(user_logged_in, dispatch_uid="meals.logged_in")
def logged_in(sender, user, **kwargs):
    """Members from before there was a public group."""
    join_public(user)
