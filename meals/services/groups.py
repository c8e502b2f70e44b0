"""Who belongs to which group, on which days meals are served, and until when they can be ordered."""

from django.db import transaction
from django.utils import timezone

from meals.days import today
from meals.models import Group, GroupMembership, Holiday, Menu, Order
from meals.services.withdrawing import withdraw_menus


def join_public(user, group=None):
    """Make a member of no group one of the public group (`group`, or the oldest); None where there is none or no need.

    Called at sign-up, at login and when a member of no group orders from a public group; may be called any number of times.
    """
    if user.is_placeholder or user.meal_memberships.exists():
        return None
    public = Group.objects.filter(is_public=True, is_active=True)
    group = (public.order_by("pk") if group is None else public.filter(pk=group.pk)).first()
    if group is None:
        return None
    return GroupMembership.objects.get_or_create(group=group, user=user)[0]


def group_join(*, user, group, role=GroupMembership.Role.MEMBER):
    """Make somebody a member of a group (staff, demo data)."""
    return GroupMembership.objects.get_or_create(group=group, user=user, defaults={"role": role})[0]


def group_leave(*, user, group):
    """Take somebody out of a group; their orders there that can still be cancelled are."""
    from meals.services.orders import order_cancel

    with transaction.atomic():
        GroupMembership.objects.filter(group=group, user=user).delete()
        upcoming = Order.objects.filter(user=user, group=group, status=Order.Status.PLACED)
        for order in upcoming.filter(menu__closes_at__gt=timezone.now()).select_related("menu__food", "user"):
            order_cancel(user=user, order=order, reason=Order.Reason.STAFF)


def refresh_cutoffs(group):
    """Bring the upcoming menus in line with the group's cutoff times; returns how many changed."""
    menus = list(Menu.objects.filter(group=group, date__gte=today()))
    changed = []
    for menu in menus:
        closes_at = group.closes_at(menu.date, menu.dining_type)
        if closes_at is not None and closes_at != menu.closes_at:
            menu.closes_at, menu.group = closes_at, group
            changed.append(menu)
    Menu.objects.bulk_update(changed, ["closes_at"], batch_size=500)
    return len(changed)


def holiday_add(*, date, group=None, name=""):
    """Make a day one without meals, for a group or for all: its menus are withdrawn, orders cancelled, members told."""
    with transaction.atomic():
        holiday, created = Holiday.objects.get_or_create(date=date, group=group, defaults={"name": name})
        close_day(holiday)
    return holiday, created


def close_day(holiday):
    menus = Menu.objects.filter(date=holiday.date, date__gte=today())
    if holiday.group_id:
        menus = menus.filter(group=holiday.group_id)
    return withdraw_menus(menus, reason=Order.Reason.DAY_OFF)
