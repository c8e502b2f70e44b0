"""Feeds of coding problems: what a member will try, fails, has not touched, is due again; and lists for everybody."""

from problems.feeds.everyone import Algorithm, Daily, OftenFailed
from problems.feeds.for_you import ProblemsForYou
from problems.feeds.growth import NextLevel, Review, Unfamiliar
from problems.feeds.predicted import Alike, Click, Vulnerable
from recommendations.feeds import Latest, Popular

#: what `Domain.feeds` lists; the first is the default one
FEEDS = (
    ProblemsForYou(text=0.2, fresh=0.1, seen=1.0),  # a problem that was looked at, or failed, may well come again
    Click(),
    Vulnerable(),
    Alike(),
    Review(),
    NextLevel(),
    Unfamiliar(),
    Algorithm(),
    Daily(),
    OftenFailed(),
    Popular(),
    Latest(),
)
#: what `Domain.families` must have for them
FAMILIES = ("naive_bayes", "item_item", "popularity", "content", "matrix_factorization", "deepfm", "item2vec")
