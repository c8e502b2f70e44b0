"""Restaurants, and the own company: where and when it eats."""

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from common.web import paginate
from meals.days import today
from meals.forms import MakerFilterForm
from meals.models import DiningType, Food, Group, Maker, Menu
from meals.views import reads
from meals.views.common import find, member

UPCOMING = 24


@require_safe
def index(request):
    """Restaurants: those that deliver to the reader, or all."""
    form = MakerFilterForm(request.GET)
    form.is_valid()
    rows = Maker.objects.search(form.cleaned_data.get("q", "")).order_by("name", "pk")
    if not form.cleaned_data.get("everywhere"):
        rows = rows.filter(groups__in=Group.objects.served(member(request)).values("pk")).distinct()
    context = {"form": form, "page": paginate(request, rows), "today": today()}
    part = request.htmx and not request.htmx.boosted and not request.htmx.history_restore_request
    template = "meals/_makers.html" if part else "meals/makers.html"
    return render(request, template, context, status=400 if form.errors else 200)


@require_safe
def detail(request, pk):
    """One restaurant: what of it can be ordered next, and its foods."""
    maker, user = find(Maker, pk), member(request)
    groups = Group.objects.served(user).values("pk")
    menus = Menu.objects.for_cards().filter(
        group__in=groups, food__maker=maker, status="offered", closes_at__gt=timezone.now()
    )
    foods = Food.objects.visible_to(user).filter(maker=maker, is_active=True).for_cards()
    context = {
        "maker": maker,
        "is_open": maker.works_on(today()),
        "entries": [reads.Entry(menu) for menu in menus.order_by("date", "-dining_type", "pk")[:UPCOMING]],
        "page": paginate(request, foods.order_by("-like_count", "pk")),
    }
    return render(request, "meals/maker.html", context)


@require_safe
def group(request):
    """The reader's companies (for visitors the public one): address, days, cutoffs, budget, restaurants."""
    groups = list(Group.objects.served(member(request)).prefetch_related("makers").order_by("pk"))
    rows = [
        {
            "group": row,
            "days": row.service_days,
            "cutoffs": [(kind.label, row.cutoff(kind)) for kind in DiningType],
            "holidays": reads.holidays(row),
        }
        for row in groups
    ]
    return render(request, "meals/group.html", {"rows": rows})
