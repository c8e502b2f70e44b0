"""All foods with filters, and one food: what is in it, when it can be ordered, what others thought of it, what is like it."""

from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from common.web import answer, member_required, paginate
from meals import services
from meals.forms import FoodFilterForm
from meals.models import Food, Group, Maker, Order
from meals.views import reads
from meals.views.common import DOMAIN, find_food, member
from recommendations import selectors as recommendations
from recommendations.looks import record_view
from recommendations.models import Event
from recommendations.services import EventError, record_event, take_back

SIMILAR = 12
ACTIONS = ("like", "unlike", "dislike", "undislike")


@require_safe
def index(request):
    """All foods that are or were on the reader's menus, with filters."""
    user = member(request)
    seen = Food.objects.visible_to(user).filter(is_active=True, maker__is_open=True)
    makers = Maker.objects.filter(groups__in=Group.objects.visible_to(user).values("pk")).distinct()
    form = FoodFilterForm(request.GET, makers=makers)
    form.is_valid()
    rows = form.rows(seen)
    if form.cleaned_data.get("on_offer"):
        rows = rows.on_offer(Group.objects.served(user))
    context = {"form": form, "page": paginate(request, rows.for_cards())}
    part = request.htmx and not request.htmx.boosted and not request.htmx.history_restore_request
    if not part:
        context["tags"] = reads.common_tags()
    template = "meals/_foods.html" if part else "meals/foods.html"
    response = render(request, template, context, status=400 if form.errors else 200)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_safe
def detail(request, pk):
    """One food; looking at it teaches the reader's model."""
    food = find_food(request, pk)
    user = member(request)
    avoided = reads.avoided_allergens(user)
    context = {
        "food": food,
        "offers": reads.offers(user, [food]),
        "ratings": reads.ratings(food),
        "avoided": [code for code in food.allergens if code in avoided],
        "own": Order.objects.live().filter(user=user, food=food).first() if user else None,
        **standing(user, food),
    }
    response = render(request, "meals/food.html", context)
    record_view(request, DOMAIN, food)
    return response


def standing(user, food):
    """Whether the reader likes or dislikes a food."""
    if user is None:
        return {"liked": False, "disliked": False}
    said = Event.objects.filter(
        user=user, domain=DOMAIN, item_id=str(food.pk), verb__in=("like", "dislike"), forgotten_at=None
    )
    verbs = set(said.values_list("verb", flat=True))
    return {"liked": "like" in verbs, "disliked": "dislike" in verbs}


@member_required
@require_POST
def react(request, pk):
    """Like, not interested, or taking either back; `small` answers with the heart of a card."""
    food = find_food(request, pk)
    action = request.POST.get("action", "")
    text, kind = _act(request.user, food, action)
    context = {"food": food, **standing(request.user, food)}
    small = "small" in request.POST
    food.refresh_from_db(fields=["like_count"])
    return answer(request, f"meals/{'_heart' if small else '_reactions'}.html", context, food, text, kind)


def _act(user, food, action):
    if action not in ACTIONS:
        allowed = {"name": "action", "allowed": ", ".join(ACTIONS)}
        return _("“%(name)s” must be one of: %(allowed)s.") % allowed, "error"
    verb = action.removeprefix("un")
    try:
        if action == "like":
            services.like(user=user, food=food)
        elif action == verb:
            record_event(domain=DOMAIN, item=food, verb=verb, user=user)
        else:
            take_back(user=user, domain=DOMAIN, item=food, verb=verb)
    except EventError as error:
        return str(error), "error"
    words = {
        "like": _("Your AI has learned that you like this."),
        "dislike": _("Your AI will show less of this."),
    }
    return words.get(action, _("Forgotten, as if it had never been.")), "success"


@require_safe
def similar(request, pk):
    """Foods like this one that can be ordered now, as a fragment."""
    food = find_food(request, pk)
    result = recommendations.feed(DOMAIN, "similar", user=member(request), n=SIMILAR, item=str(food.pk))
    context = {"items": [ranked.row for ranked in result.items], "recommendation_id": result.recommendation_id}
    return render(request, "meals/_similar.html", context)
