"""What becomes of a new comment: scored at once by the filter in production, shown, held or hidden by staff's thresholds."""

import logging
import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from activities.models import Comment
from activities.models.comments import BY_FILTER
from ml import estimators, parameters, registry, revisions
from ml.parameters import Parameter

DOMAIN, ESTIMATOR, SCOPE = "activities", "comment_filter", "activities.comments"
WORDS, WORD_LENGTH, TOLD = 120, 40, 3
MARKED = 0.5  # score from which a word is marked in the text
WORDS_HELD = "fuck, fucking, fucker, motherfucker, bitch, bitches, asshole, cunt, whore, slut, faggot, nigger, retard"
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
        Parameter(
            "words",
            WORDS_HELD,
            label=_("Words that are always held"),
            help=_("With commas between them. The filter learned from Korean comments: name here what it cannot know."),
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
    hold, hide = limits(values, base)
    if values["mode"] == "hide" and score >= hide:
        return Screened(Comment.State.HIDDEN, BY_FILTER, score)
    if score >= hold or _is_listed(text, values["words"]):
        return Screened(Comment.State.HELD, BY_FILTER, score)
    return Screened(score=score)


def limits(values, base) -> tuple[float, float]:
    """The scores from which comments are held and hidden: those of staff, or the filter's own."""
    return values["hold"] or base.state["hold"], values["hide"] or base.state["hide"]


def _is_listed(text, words) -> bool:
    """Whether it has one of the words that staff wrote down; words of Latin letters count only as whole ones."""
    from ml.estimators.comments.features import tidy  # imported late, as above

    plain = tidy(text)
    wanted = [re.escape(word) for part in words.split(",") if (word := tidy(part).strip())]
    return bool(wanted) and re.search(rf"(?<![a-z])(?:{'|'.join(wanted)})(?![a-z])", plain) is not None


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
    """For each text the words that the filter minds most, each with the score that it has alone; the worst first.

    Words that staff hold always (parameter `words`) count as 1.
    """
    words = [list(dict.fromkeys(_tokens(text)))[:WORDS] for text in texts]
    asked = sorted({word for some in words for word in some})
    if not asked:
        return [[] for _text in texts]
    numbers = revisions.current()
    scores, base = _asked(asked, numbers)
    held = parameters.get(SCOPE, numbers)["words"]
    score = {word: 1.0 if _is_listed(word, held) else float(value) for word, value in zip(asked, scores, strict=True)}
    return [_worst([(word, score[word]) for word in some], base.state["hold"]) for some in words]


def marked(text: str, told: Sequence[tuple[str, float]], above: float = MARKED) -> list[tuple[str, float | None]]:
    """The text in parts that join to it: each with the score of the telling word that it is, or None."""
    score = {word: value for word, value in told if value >= above}
    found, end = [], 0
    for match in _token_pattern().finditer(text):
        if (word := match[0][:WORD_LENGTH]) in score:
            found += [(text[end : match.start()], None), (match[0], score[word])]
            end = match.end()
    return [part for part in [*found, (text[end:], None)] if part[0]]


def _tokens(text):
    return [match[0][:WORD_LENGTH] for match in _token_pattern().finditer(text)]


@cache
def _token_pattern():
    """Words, and syllables that stand apart as one."""
    from ml.estimators.comments.features import APART

    return re.compile(rf"{APART.pattern}|\S+")


def _worst(pairs, hold):
    ranked = sorted(pairs, key=lambda pair: -pair[1])
    return [pair for pair in ranked[:TOLD] if pair[1] >= hold] or ranked[:1]
