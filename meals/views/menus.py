"""The main page of meals: the menu of one meal, ordering from it, and “not this one”."""

from django.http import Http404
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from common.web import answer, member_required
from meals import links, services
from meals.forms import SlotForm
from meals.models import Group
from meals.views import reads
from meals.views.common import DOMAIN, asker, attempt, find_menu, member
from recommendations import tokens
from recommendations.domains import domains
from recommendations.services import EventError
from recommendations.shelves import shelves


@require_safe
@cache_control(private=True, max_age=0)
def today(request):
    """The menu of the next meal (or of the asked one) for the reader's company; below it, the other lists."""
    form = SlotForm(request.GET)
    form.is_valid()
    context = {"form": form, **day_context(request, **form.wanted())}
    part = request.htmx and not request.htmx.boosted and not request.htmx.history_restore_request
    if not part:
        found = {feed.name: feed for feed in shelves(domains[DOMAIN], member(request))}
        context |= {
            "shelves": [found[name] for name in reads.SHELVES if name in found],
            "domain": domains[DOMAIN],
        }
    status = 400 if form.errors else 200
    response = render(request, "meals/_day.html" if part else "meals/today.html", context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def day_context(request, group=None, date=None, dining_type=None):
    """All that `_day.html` shows. Raises Http404 where the menus of that group are not for the reader."""
    user = member(request)
    groups = list(Group.objects.served(user).order_by("pk"))
    chosen = next((row for row in groups if row.pk == group), None) if group else next(iter(groups), None)
    if group and chosen is None:
        raise Http404
    slots = reads.slots(chosen) if chosen else []
    slot = reads.choose(slots, date, dining_type)
    context = {"groups": groups, "group": chosen, "slot": slot, "date": slot.date if slot else date}
    context |= {"days": _days(slots, slot), "kinds": [row for row in slots if slot and row.date == slot.date]}
    if slot is not None:
        order = reads.standing_order(user, slot)
        entries, token = reads.entries(asker(request), chosen, slot, order)
        context |= {"order": order, "entries": entries, "recommendation_id": token}
    return context


def _days(slots, chosen):
    """One slot for each day: that of the chosen meal, where the day has it."""
    days = {}
    for slot in slots:
        if slot.date not in days or (chosen and slot.dining_type == chosen.dining_type):
            days[slot.date] = slot
    return list(days.values())


@member_required
@require_POST
def place(request, pk):
    """Order a menu, or (`change`) change the order of its slot to it."""
    menu = find_menu(request.user, pk)
    standing = reads.standing_order(request.user, menu) if "change" in request.POST else None
    values = {"user": request.user, "menu": menu, "recommendation_id": recommended(request)}
    if standing is not None:
        _order, error = attempt(request, services.order_change, order=standing, **values)
        text = _("Changed: %(food)s.")
    else:
        _order, error = attempt(request, services.order_place, **values)
        text = _("Ordered: %(food)s. Your AI has learned it.")
    return after(request, menu, error, text % {"food": menu.food})


def recommended(request):
    """The id of the list in which the menu was seen; one that is none of this site's (any more) is left out."""
    token = request.POST.get("recommendation_id", "")
    try:
        tokens.origin(token, DOMAIN)
    except EventError:
        return None
    return token or None


def after(request, menu, error, text):
    """What an order or a cancellation is answered with: the part of the page that it was made on."""
    if error is not None and not isinstance(error, str):
        return error
    text, kind = (error, "error") if error else (text, "success")
    if request.POST.get("back") == "food":
        context = {"food": menu.food, "offers": reads.offers(request.user, [menu.food])}
        return answer(request, "meals/_offers.html", context, menu.food, text, kind)
    context = {}
    if request.htmx:
        slot = {"date": menu.date, "dining_type": menu.dining_type}
        try:
            context = day_context(request, group=menu.group_id, **slot)
        except Http404:  # an order from a company that the member has left since
            context = day_context(request, **slot)
    return answer(request, "meals/_day.html", context, day_url(menu), text, kind)


def day_url(menu):
    """The page of a menu's meal."""
    return f"{links.page('today')}?date={menu.date:%Y-%m-%d}&dining_type={menu.dining_type}&group={menu.group_id}"


@member_required
@require_POST
def skip(request, pk):
    """ "Not this one": the card folds away, and the model has learned it."""
    menu = find_menu(request.user, pk)
    services.menu_skip(user=request.user, menu=menu)
    return answer(request, "meals/_skipped.html", {"menu": menu}, day_url(menu), _("Your AI will show less of this."))
