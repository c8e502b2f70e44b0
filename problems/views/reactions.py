"""Like, not interested, and taking either back."""

from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from common.web import answer, member_required
from problems.views.common import DOMAIN, find, standing
from recommendations.services import EventError, record_event, take_back

ACTIONS = ("like", "unlike", "dislike", "undislike")


@member_required
@require_POST
def react(request, slug):
    """Say what one thinks of a problem; the model has learned it when this returns."""
    problem = find(request, slug)
    action = request.POST.get("action", "")
    if action in ACTIONS:
        text, kind = _words(action), "success"
        try:
            _act(request.user, problem, action)
        except EventError as error:
            text, kind = str(error), "error"
    else:
        text = _("“%(name)s” must be one of: %(allowed)s.") % {"name": "action", "allowed": ", ".join(ACTIONS)}
        kind = "error"
    context = {"problem": problem, **standing(request.user, problem)}
    return answer(request, "problems/_reactions.html", context, problem, text, kind)


def _act(user, problem, action):
    verb = action.removeprefix("un")
    if action == verb:
        record_event(domain=DOMAIN, item=problem, verb=verb, user=user)
    else:
        take_back(user=user, domain=DOMAIN, item=str(problem.pk), verb=verb)


def _words(action):
    return {
        "like": _("Your AI has learned that you like this."),
        "dislike": _("Your AI will show less of this."),
    }.get(action, _("Forgotten, as if it had never been."))
