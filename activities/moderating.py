"""What staff read when they moderate: how many wait, what is known of a member, how good the filter is now."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from activities.models import Appeal, Comment, ModerationDecision, QueuedComment, Report, Verdict
from activities.services import screening, training
from activities.services.screening import DOMAIN, ESTIMATOR, SCOPE
from ml import estimators, parameters
from ml.models import ModelVersion

SHOWN, VERSIONS = 20, 10


def waiting_for_review() -> int:
    """How many comments wait for staff: held, reported or appealed for. For dashboards; one query, by index."""
    return QueuedComment.objects.order_by().count()


def next_in_queue(skipped=()) -> QueuedComment | None:
    """The most urgent comment that waits, but for those that somebody put off."""
    rows = QueuedComment.objects.select_related("activity", "user", "appeal", "parent__user")
    return rows.exclude(pk__in=skipped).order_by("-urgency", "created_at").first()


def record(user) -> dict[str, int]:
    """What a member said and what became of it: counts of comments, verdicts that stand, and appeals."""
    hidden, abusive, fine = ~Q(state=Comment.State.SHOWN), Q(verdict=Verdict.ABUSIVE), Q(verdict=Verdict.FINE)
    said, appeals = Comment.objects.filter(user=user), Appeal.objects.filter(comment__user=user)
    verdicts = ModerationDecision.objects.standing().filter(author=user)
    return {
        **said.aggregate(comments=Count("pk"), not_shown=Count("pk", filter=hidden)),
        **verdicts.aggregate(abusive=Count("pk", filter=abusive), fine=Count("pk", filter=fine)),
        **appeals.aggregate(appeals=Count("pk"), granted=Count("pk", filter=Q(decision__verdict=Verdict.FINE))),
    }


def in_words(found: dict[str, int]) -> str:
    """A member's record as a sentence."""
    words = _(
        "comments: %(comments)d, not shown: %(not_shown)d; called abusive: %(abusive)d, fine: %(fine)d; appeals: %(appeals)d"
    )
    return words % found + (_(", granted: %(granted)d") % found if found["granted"] else "")


def reports_of(comment) -> list[Report]:
    """Reports of a comment; each has `made`, how many its member made, and `upheld`, how many staff agreed with."""
    rows = list(comment.reports.select_related("user")[:SHOWN])
    agreed = Count("pk", filter=Q(decision__verdict=Verdict.ABUSIVE, decision__reverted_at=None))
    made = Report.objects.filter(user__in=[row.user_id for row in rows]).order_by().values("user")
    known = {row["user"]: row for row in made.annotate(made=Count("pk"), upheld=agreed)}
    for row in rows:
        row.made, row.upheld = known[row.user_id]["made"], known[row.user_id]["upheld"]
    return rows


def quality() -> dict[str, Any]:
    """Figures of the filter in production at the thresholds in force, and of the shipped one, on the shipped test rows."""
    from ml.estimators.comments.filter import pretrained  # imported late: scikit-learn takes a second
    from ml.estimators.comments.report import figures

    known, values = pretrained(), parameters.get(SCOPE)
    base, first = next(screening.bases()), screening.shipped()
    kind = estimators.get(ESTIMATOR)
    found = []
    for one in (base, first):
        limits = dict(zip(("hold", "hide"), screening.limits(values, one), strict=True))
        found.append(figures(known["test_label"], kind.predict(one, known["test"]), limits, known["test_listed"]))
    limits = screening.limits(values, base)
    return {"now": found[0], "shipped": found[1], "hold": limits[0], "hide": limits[1], "mode": values["mode"]}


def held_back() -> list[ModerationDecision]:
    """Decisions that the filter in production did not learn, newest first; each has `side`, the half of the gate that held it."""
    sides = training.waiting()
    rows = ModerationDecision.objects.standing().filter(pk__in=sides).defer("features")
    found = list(rows.select_related("comment", "by").order_by("-pk")[:SHOWN])
    for row in found:
        row.side = sides[row.pk]
    return found


def versions() -> list[ModelVersion]:
    """The newest versions of the filter."""
    rows = ModelVersion.objects.filter(domain=DOMAIN, family=ESTIMATOR).defer("picture")
    return list(rows.order_by("-number")[:VERSIONS])
