"""What the pages of problems share: finding a problem, and how a member stands to it."""

from django.http import Http404

from problems import selectors
from problems.models import Problem
from recommendations.models import Event

DOMAIN = "problems"


def find(request, slug):
    """The problem, or 404 where it is not there or a draft."""
    try:
        return selectors.find_problem(slug, request.user)
    except Problem.DoesNotExist:
        raise Http404 from None


def standing(user, problem):
    """What the head of a problem's page says about the reader: solved or tried, liked, not interested."""
    disliked = (
        user.is_authenticated
        and Event.objects.filter(
            user=user, domain=DOMAIN, item_id=str(problem.pk), verb="dislike", forgotten_at=None
        ).exists()
    )
    return {"standing": selectors.standing(user, problem), "disliked": disliked}
