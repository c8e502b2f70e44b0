"""Feeds of coding problems: what a member will try, fails, has not touched, is due again; and lists for everybody."""

from problems.feeds.everyone import Algorithm, Daily, OftenFailed
from problems.feeds.for_you import ProblemsForYou
from problems.feeds.growth import NextLevel, Review, Unfamiliar
from problems.feeds.predicted import Alike, Click, Vulnerable
from recommendations.feeds import Latest, Popular

#: what `Domain.feeds` lists; the first is the default one
FEEDS = (
    # chosen on the validation part of the demo data (docs/evaluation-problems.md), but for a little stated taste
    ProblemsForYou(text=0.5, taste=0.2, popular=0.2, fresh=1.0, seen=5.0),
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
