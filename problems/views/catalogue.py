"""Pages of problems: the shelves, the list with its filters, one problem to be solved, what is like it."""

from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_safe

from common.web import paginate
from problems import selectors
from problems.forms import ProblemFilterForm
from problems.models import Submission
from problems.services.health import judge_health
from problems.views.common import DOMAIN, find, standing
from recommendations import selectors as recommendations
from recommendations.domains import domains
from recommendations.looks import record_view
from recommendations.shelves import shelves

SIMILAR = 8
OWN = 5
LANGUAGES = {"ko": "한국어", "en": "English"}


@require_safe
def index(request):
    """The shelves: one for every feed that is open to who asks, each loaded when it comes into view."""
    user = request.user if request.user.is_authenticated else None
    domain = domains[DOMAIN]
    return render(request, "problems/index.html", {"shelves": shelves(domain, user), "domain": domain})


@require_safe
def problem_list(request):
    """All published problems, filtered."""
    form = ProblemFilterForm(request.GET, user=request.user)
    filters = form.filters()
    page = paginate(request, selectors.problem_list(user=request.user, **filters))
    context = {"form": form, "page": page, "states": selectors.states(request.user, page.object_list)}
    part = request.htmx and not request.htmx.boosted and not request.htmx.history_restore_request
    template = "problems/_results.html" if part else "problems/list.html"
    return render(request, template, context, status=400 if form.errors else 200)


@require_safe
def detail(request, slug):
    """One problem: statement, editor, own submissions. Looking at it teaches the member's model."""
    problem = find(request, slug)
    context = {
        "problem": problem,
        "text": text_of(problem, request.GET.get("lang")),
        "samples": selectors.samples(problem),
        **standing(request.user, problem),
        "submissions": own_submissions(request.user, problem),
        "code": _own_code(request, problem),
        "unavailable": judge_health().reason,
    }
    part = request.htmx and not request.htmx.history_restore_request
    response = render(request, "problems/_statement.html" if part else "problems/detail.html", context)
    response["Vary"] = "HX-Request, Cookie, Accept-Language"
    if not part and problem.is_published:
        record_view(request, DOMAIN, problem)
    return response


def text_of(problem, wanted):
    """Title, statement and notes in the wanted language (default: the reader's), and the languages that there are."""
    there = {code: name for code, name in LANGUAGES.items() if getattr(problem, f"statement_{code}")}
    reader = "en" if (translation.get_language() or "ko").startswith("en") else "ko"
    language = wanted if wanted in there else reader if reader in there else next(iter(there), reader)
    other = "ko" if language == "en" else "en"
    found = {
        name: getattr(problem, f"{name}_{language}") or getattr(problem, f"{name}_{other}")
        for name in ("title", "statement", "notes")
    }
    return {**found, "language": language, "languages": there}


def own_submissions(user, problem, count=OWN):
    """The member's latest submissions for a problem, without their code."""
    if not user.is_authenticated:
        return []
    return list(Submission.objects.filter(user=user, problem=problem).defer("code", "tests", "message")[:count])


def _own_code(request, problem):
    """The code of the own submission that `from` names, to go on with it."""
    key = request.GET.get("from", "")
    if not (request.user.is_authenticated and key.isascii() and key.isdigit() and len(key) < 19):
        return ""
    found = Submission.objects.filter(pk=key, user=request.user, problem=problem)
    return found.values_list("code", flat=True).first() or ""


@require_safe
def similar(request, slug):
    """Problems like this one, as a fragment."""
    problem = find(request, slug)
    user = request.user if request.user.is_authenticated else None
    result = recommendations.feed(DOMAIN, "similar", user=user, n=SIMILAR, item=str(problem.pk))
    context = {"items": [ranked.row for ranked in result.items], "recommendation_id": result.recommendation_id}
    return render(request, "problems/_similar.html", context)
