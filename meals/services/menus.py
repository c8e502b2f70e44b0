"""What staff plan: foods, makers, and menus on days."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils.translation import gettext_lazy as _

from meals.cleaning import fill
from meals.days import today
from meals.models import Food, Holiday, Maker, MakerDay, Menu, Order
from meals.services.withdrawing import withdraw_menus
from recommendations.services import publish


def food_save(food, **values):
    """Make or change a food; the catalogue follows. Menus and orders keep their prices."""
    with transaction.atomic():
        fill(food, values).save()
        publish("meals", [food])
    return food


def maker_save(maker, **values):
    """Make or change a maker. A new capacity holds for the coming days, but takes no ordered meal away."""
    with transaction.atomic():
        fill(maker, values).save()
        refresh_capacity(maker)
        publish_foods(maker)
    return maker


def refresh_capacity(maker):
    days = MakerDay.objects.filter(maker=maker, date__gte=today())
    days.update(capacity=Greatest(F("ordered"), maker.capacity))


def publish_foods(maker):
    """A maker's name is part of its foods' text, and its closing takes them out of the feeds."""
    publish("meals", list(Food.objects.filter(maker=maker).select_related("maker", "food_type")))


def maker_close(*, maker, day=None):
    """Close a maker from a day on (default: today): its menus from then on are withdrawn, orders cancelled, members told.

    Returns how many orders were cancelled.
    """
    day = max(day or today(), today())
    with transaction.atomic():
        maker = Maker.objects.select_for_update().get(pk=maker.pk)
        maker.closed_from = min(day, maker.closed_from or day)
        maker.save(update_fields=["closed_from"])
        publish_foods(maker)
        menus = Menu.objects.filter(food__maker=maker, date__gte=maker.closed_from)
        return withdraw_menus(menus, reason=Order.Reason.MAKER_CLOSED)


def maker_reopen(*, maker):
    """Let a maker work again; menus that were withdrawn stay so."""
    with transaction.atomic():
        maker = Maker.objects.select_for_update().get(pk=maker.pk)
        maker.is_open, maker.closed_from = True, None
        maker.save(update_fields=["is_open", "closed_from"])
        publish_foods(maker)
    return maker


def menu_create(*, group, food, date, dining_type, stock, price=None):
    """Offer a food to a group on a day; without price at the food's. ValidationError by field says what is wrong."""
    menu = Menu(group=group, food=food)
    fill(
        menu,
        {"date": date, "dining_type": dining_type, "stock": stock, "price": food.price if price is None else price},
    )
    check_menu(menu)
    try:
        with transaction.atomic():
            menu.save(force_insert=True)
    except IntegrityError:
        raise ValidationError(
            {"food": ValidationError(_("This food is on that menu already."), code="twice")}
        ) from None
    return menu


def menu_edit(*, menu, stock=None, price=None):
    """Change stock or price of a menu; orders keep the price that they were made at."""
    with transaction.atomic():
        menu = Menu.objects.select_for_update(of=("self",)).select_related("group", "food__maker").get(pk=menu.pk)
        if menu.date < today():
            raise ValidationError({"date": ValidationError(_("Menus of the past cannot be changed."), code="past")})
        fill(menu, {name: value for name, value in (("stock", stock), ("price", price)) if value is not None})
        if menu.stock < menu.ordered:
            message = _("There are %(count)d orders already: the stock cannot be smaller.")
            raise ValidationError({"stock": ValidationError(message, code="stock", params={"count": menu.ordered})})
        menu.save(update_fields=["stock", "price"])
    return menu


def check_menu(menu):
    """What a new menu must be: in the future, on a day on which the group is served, of a food that its maker brings there."""
    errors = {}
    if menu.date < today():
        errors["date"] = ValidationError(_("A menu cannot be made for a day that is over."), code="past")
    elif not menu.group.serves_on(menu.date):
        errors["date"] = ValidationError(_("The group has no meals on that weekday."), code="weekday")
    elif Holiday.objects.filter(date=menu.date, group=None).union(menu.group.holidays.filter(date=menu.date)).exists():
        errors["date"] = ValidationError(_("That is a day off."), code="day_off")
    if menu.group.cutoff(menu.dining_type) is None:
        errors["dining_type"] = ValidationError(_("The group has no such meal."), code="not_served")
    if not menu.food.is_active:
        errors["food"] = ValidationError(_("This food is not made any more."), code="inactive")
    elif not menu.food.maker.works_on(menu.date):
        errors["food"] = ValidationError(_("The maker is closed on that day."), code="closed")
    elif not menu.food.maker.groups.filter(pk=menu.group_id).exists():
        errors["food"] = ValidationError(_("The maker does not deliver to this group."), code="delivery")
    if errors:
        raise ValidationError(errors)
