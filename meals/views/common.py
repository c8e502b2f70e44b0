"""What the pages of meals share: finding rows, saying what was refused, and when."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404

from accounts.visitors import visitor_key
from meals.models import Food, Menu

DOMAIN = "meals"
LARGEST = 2**63 - 1  # of a database's keys


def member(request):
    """The logged-in member, or None."""
    return request.user if request.user.is_authenticated else None


def asker(request):
    """`user=` and `visitor=` as feeds take them."""
    user = member(request)
    return {"user": user, "visitor": None if user else visitor_key(request)}


def find(rows, pk):
    """The row, or 404; also for numbers that no key can be."""
    return get_object_or_404(rows, pk=min(pk, LARGEST))


def find_food(request, pk):
    """A food that was on a menu which the reader may see; staff see all."""
    rows = Food.objects.for_cards()
    return find(rows if request.user.is_staff else rows.visible_to(request.user), pk)


def find_menu(user, pk):
    """A menu that `user` may see."""
    return find(Menu.objects.visible_to(user).for_cards(), pk)


def attempt(request, action, **values):
    """Call a service. Returns (result, None), (None, sentence) where the state of things forbids it, or (None, 403)."""
    try:
        return action(**values), None
    except ValidationError as error:
        return None, error.messages[0]
    except PermissionDenied as error:
        if not request.htmx:
            raise
        return None, HttpResponse(str(error), status=403, content_type="text/plain; charset=utf-8")
