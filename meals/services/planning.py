"""Offering a week's menus again in another week."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from meals.models import Menu
from meals.services.menus import menu_create


def copy_week(*, source, target, group=None):
    """Offer the menus of the week of day `source` in the week of day `target`, with their stocks and prices.

    Returns how many were made, and (menu, why not) of those that cannot be: a day that is over or off, a closed maker, a food
    that is on that menu already. So copying twice adds nothing. `group`: of this group only.
    """
    first, there = _monday(source), _monday(target)
    if first == there:
        raise ValidationError(_("Choose another week to copy to."), code="same")
    menus = Menu.objects.for_cards().filter(
        status=Menu.Status.OFFERED, date__range=(first, first + dt.timedelta(days=6)), group__is_active=True
    )
    if group is not None:
        menus = menus.filter(group=group)
    made, left_out = 0, []
    with transaction.atomic():
        for menu in menus.order_by("date", "pk"):
            try:
                menu_create(
                    group=menu.group,
                    food=menu.food,
                    date=menu.date + (there - first),
                    dining_type=menu.dining_type,
                    stock=menu.stock,
                    price=menu.price,
                )
                made += 1
            except ValidationError as error:
                left_out.append((menu, " ".join(error.messages)))
    return made, left_out


def _monday(day):
    return day - dt.timedelta(days=day.weekday())
