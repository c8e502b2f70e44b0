"""Own orders: the list, one order to change, cancel or rate; and the same by the link of a mail, without login."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.web import answer, member_required, paginate
from meals import links, services
from meals.days import today
from meals.forms import RatingForm
from meals.models import Order
from meals.views import menus, reads
from meals.views.common import attempt, find, find_menu

PER_PAGE = 20


@member_required
@require_safe
@never_cache
def index(request):
    """Upcoming orders, and past ones with what to say about them and when they can be had again."""
    mine = reads.own_orders(request.user)
    upcoming = list(mine.filter(status=Order.Status.PLACED, date__gte=today()).order_by("date", "-dining_type"))
    past = mine.exclude(pk__in=[order.pk for order in upcoming])
    page = paginate(request, past.order_by("-date", "-pk"), PER_PAGE)
    again = {}
    for entry in reads.offers(request.user, list({order.food for order in page})):
        again.setdefault(entry.food.pk, entry)
    for order in page:
        order.again = again.get(order.food_id)
    context = {"upcoming": upcoming, "page": page, "figures": reads.month_figures(request.user)}
    return render(request, "meals/orders.html", context)


@member_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def order(request, pk):
    """One order of one's own. POST `action=cancel`, or `action=change` with `menu`."""
    row = find(reads.own_orders(request.user), pk)
    if request.method == "POST":
        if request.POST.get("back") == "day":
            _order, error = attempt(request, services.order_cancel, user=request.user, order=row)
            return menus.after(request, row.menu, error, _("Cancelled: %(food)s.") % {"food": row.food})
        return redirect(_act(request, row))
    return _shown(request, row, reverse("meals:order", args=[row.pk]))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def order_link(request, token):
    """The same for whoever has the link of a mail, until the order's cutoff. GET changes nothing: mail programs look ahead."""
    row = links.order_of(token)
    if row is None or not row.user.is_active:
        return render(request, "meals/link_bad.html", status=404)
    if request.method == "POST":
        return redirect(reverse("meals:order-link", args=[links.token(_act(request, row))]))
    return _shown(request, row, reverse("meals:order-link", args=[token]), linked=True)


def _act(request, row):
    """Cancel or change an order on its member's behalf; what came of it is a message. Returns the order that stands."""
    acts = {"cancel": _cancel, "change": _change}
    try:
        act = acts.get(request.POST.get("action"))
        if act is None:
            allowed = {"name": "action", "allowed": ", ".join(acts)}
            raise ValidationError(_("“%(name)s” must be one of: %(allowed)s.") % allowed)
        standing, text = act(row, request.POST)
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return row
    messages.success(request, text)
    return standing


def _cancel(row, _data):
    standing, _new = services.order_cancel(user=row.user, order=row)
    return standing, _("Cancelled: %(food)s.") % {"food": row.food}


def _change(row, data):
    key = data.get("menu", "")
    if not (key.isascii() and key.isdigit() and len(key) < 19):
        raise ValidationError(_("Choose one of the menus."))
    menu = find_menu(row.user, int(key))
    standing = services.order_change(user=row.user, order=row, menu=menu)
    return standing, _("Changed: %(food)s.") % {"food": menu.food}


def _shown(request, row, url, linked=False):
    """The page of an order; while it can be changed, with the other menus of its meal."""
    context = {"order": row, "action_url": url, "linked": linked, "can_change": row.can_change(), "others": []}
    if context["can_change"]:
        slot = reads.Slot(row.date, row.dining_type, row.menu.closes_at)
        entries, _token = reads.entries({"user": row.user, "visitor": None}, row.group, slot, row)
        context["others"] = [entry for entry in entries if entry.can_order]
    if not linked:
        context["form"] = RatingForm.of(row)
    return render(request, "meals/order.html", context)


@member_required
@require_POST
def rate(request, pk):
    """Rate a meal from 1 to 5."""
    row = find(reads.own_orders(request.user), pk)
    form = RatingForm(request.POST)
    text, kind = _("Thank you. Your AI has learned it."), "success"
    if form.is_valid():
        rated, error = attempt(request, services.order_rate, user=request.user, order=row, **form.cleaned_data)
        if error:
            text, kind = error, "error"
        else:
            row.rating, row.comment = rated.rating, rated.comment
    else:
        text, kind = next(iter(form.errors.values()))[0], "error"
    context = {"order": row, "form": RatingForm.of(row), "small": "small" in request.POST}
    return answer(request, "meals/_rating.html", context, row, text, kind)
