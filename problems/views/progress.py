"""The page about one's own progress."""

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from common.web import member_required
from problems import charts
from problems import progress as reads
from problems.models import Submission
from problems.weakness import radar

RECENT = 8


@member_required
@require_safe
@never_cache
def progress(request):
    """Solved problems, streak, level curve, days, weaknesses by tag, latest submissions."""
    user, today = request.user, timezone.localdate()
    solved = reads.solved(user)
    recent = Submission.objects.filter(user=user).select_related("problem").defer("code", "tests", "message")
    context = {
        "figures": reads.overview(user, solved, today),
        "curve": charts.curve(solved),
        "heat": charts.heat(reads.days(user, charts.first_day(today)), today),
        "submissions": list(recent[:RECENT]),
        **_weakness(user),
    }
    return render(request, "problems/progress.html", context)


def _weakness(user):
    """The radar's rows, and its picture with the spokes in the order of the names, so that it keeps its shape."""
    rows = radar(user)
    around = sorted(rows, key=lambda row: row["tag"].slug)
    picture = charts.radar(
        [row["tag"].name for row in around], [row["predicted"] for row in around], [row["real"] for row in around]
    )
    return {"weakness": rows, "radar": picture}
