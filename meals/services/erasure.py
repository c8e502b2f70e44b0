"""What happens to orders when a member is erased."""

from django.db import transaction
from django.utils import timezone

from meals.models import AutoOrder, AutoOrderResult, Food, FoodLike, GroupMembership, Order, SpendingForecast
from meals.services import stock
from ml.store import stores
from recommendations import personal
from recommendations.domains import domains


@transaction.atomic
def erase(user):
    """Take a member out: meals that can still be sold go back to the stock, everything else goes with them."""
    AutoOrderResult.objects.filter(user=user).delete()  # first, as runs of automatic orders lock them first
    domain = domains["meals"]
    # The member's model is locked first, as in every order: two ways that lock in different orders would block each other.
    stores[domain.store].update(personal.key(user.pk, domain.name), lambda state: state)
    upcoming = Order.objects.filter(user=user, status=Order.Status.PLACED, menu__closes_at__gt=timezone.now())
    stock.release_orders(list(upcoming))
    Order.objects.filter(user=user).delete()
    likes = FoodLike.objects.filter(user=user)
    Food.objects.filter(pk__in=likes.values("food")).adjust("like_count", -1)
    likes.delete()
    for model in (AutoOrder, GroupMembership, SpendingForecast):
        model.objects.filter(user=user).delete()
