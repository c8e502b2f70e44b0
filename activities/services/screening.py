"""What becomes of a new comment: scored at once by the filter in production, shown, held or hidden by staff's thresholds."""

import logging
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from activities.models import Comment
from activities.models.comments import BY_FILTER
from ml import estimators, parameters, registry, revisions
from ml.parameters import Parameter

DOMAIN, ESTIMATOR, SCOPE = "activities", "comment_filter", "activities.comments"
WORDS, WORD_LENGTH, TOLD = 60, 40, 3
logger = logging.getLogger(__name__)


class Screened(NamedTuple):
    """What the filter makes of a text; the score is None where it was not asked, or failed."""

    state: str = Comment.State.SHOWN
    reason: str = ""
    score: float | None = None


def define_parameters() -> None:
    """Declare what staff may tune."""
    modes = (("off", _("off")), ("hold", _("hold for review")), ("hide", _("hold, and hide the worst")))
    own = _("From this score on; 0 is the filter's own threshold.")
    declared = [
        Parameter(
            "mode", "hide", choices=modes, label=_("Filter of comments"), help=_("What the filter may do by itself.")
        ),
        Parameter("hold", 0.0, min=0.0, max=1.0, label=_("Hold for review"), help=own),
        Parameter("hide", 0.0, min=0.0, max=1.0, label=_("Hide"), help=own),
        Parameter("reports", 30, min=1, max=1000, label=_("Reports a day"), help=_("How many each member may make.")),
        Parameter(
            "train_after",
            20,
            min=1,
            max=10_000,
            label=_("Train after"),
            help=_("Decisions of staff after which the filter is trained at once, and not only at night."),
        ),
    ]
    parameters.define(SCOPE, declared, title=_("Comments and their moderation"))


@cache
def shipped():
    """The filter as it is shipped, before any decision."""
    from ml.estimators.comments.filter import Decisions  # imported late: scikit-learn takes a second

    return estimators.get(ESTIMATOR).fit(Decisions.of([], []))


def bases(numbers=None):
    """The filters to ask, in order: the one in production, and the shipped one where that is missing or fails."""
    base = registry.production(DOMAIN, ESTIMATOR, numbers)
    if base is not None:
        yield base
    yield shipped()


def screen(text: str) -> Screened:
    """State, reason and score of a new comment. Never raises: a filter that fails keeps nobody from commenting."""
    try:
        numbers = revisions.current()
        values = parameters.get(SCOPE, numbers)
        return Screened() if values["mode"] == "off" else _judged(text, values, numbers)
    except Exception:
        logger.exception("comment_filter_failed")
        return Screened()


def _judged(text, values, numbers) -> Screened:
    score, base = _asked([text], numbers)
    score = float(score[0])
    hold, hide = (values[name] or base.state[name] for name in ("hold", "hide"))
    if values["mode"] == "hide" and score >= hide:
        return Screened(Comment.State.HIDDEN, BY_FILTER, score)
    return Screened(Comment.State.HELD, BY_FILTER, score) if score >= hold else Screened(score=score)


def _asked(texts, numbers=None):
    """Scores, and the base that gave them."""
    kind, failure = estimators.get(ESTIMATOR), None
    for base in bases(numbers):
        try:
            return kind.predict(base, texts), base
        except Exception as error:
            logger.exception("comment_filter_failed: version=%s", base.version)
            failure = error
    raise failure


def telling_words(texts: Sequence[str]) -> list[list[tuple[str, float]]]:
    """For each text the words that the filter minds most, each with the score that it has alone; the worst first."""
    words = [list(dict.fromkeys(word[:WORD_LENGTH] for word in text.split()))[:WORDS] for text in texts]
    asked = sorted({word for some in words for word in some})
    if not asked:
        return [[] for _text in texts]
    scores, base = _asked(asked)
    score = dict(zip(asked, map(float, scores), strict=True))
    return [_worst([(word, score[word]) for word in some], base.state["hold"]) for some in words]


def _worst(pairs, hold):
    ranked = sorted(pairs, key=lambda pair: -pair[1])
    return [pair for pair in ranked[:TOLD] if pair[1] >= hold] or ranked[:1]
