"""`python -m benchmarks.comments`: the comment filter against a word list, disguised texts, and one-sided decisions.

On the test part that `fixtures.comments.build` leaves out; needs the data folder beside the repository.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable

import numpy as np

from fixtures.comments.build import read, split
from fixtures.comments.words import listed
from ml.estimators.comments.features import LEADING, TRAILING, VOWELS, hashed
from ml.estimators.comments.filter import CommentFilter, Decisions
from ml.estimators.comments.report import shares


def line(name: str, flagged: np.ndarray, abusive: np.ndarray) -> None:
    cells = "".join(f"{value:9.3f} [{low:.3f}, {high:.3f}]" for value, low, high in shares(abusive, flagged).values())
    print(f"{name:34}{cells}")


def pieces(text: str) -> str:
    """Each syllable taken to its letters, as on a keyboard: 가 → ㄱㅏ."""
    found = []
    for letter in text:
        place = ord(letter) - 0xAC00
        if 0 <= place < 11172:
            tail = place % 28
            found += [LEADING[place // 588], VOWELS[place % 588 // 28], TRAILING[tail - 1] if tail else ""]
        else:
            found.append(letter)
    return "".join(found)


def sprinkled(sign: str, share: float) -> Callable[[str], str]:
    """A function that puts `sign` after that share of letters."""
    rng = random.Random(0)
    return lambda text: "".join(c + (sign if c != " " and rng.random() < share else "") for c in text)


DISGUISES: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "letters apart (ㅂㅕㅇㅅㅣㄴ)": pieces,
    "decomposed (NFD)": lambda text: unicodedata.normalize("NFD", text),
    "zero-width between all": "\u200b".join,
    "Hangul filler between all": "\u3164".join,
    "accents on all": "\u0301".join,
    "spaces between all": " ".join,
    "dots between all": ".".join,
    "hearts among letters": sprinkled("♡", 0.3),
    "digits among letters": sprinkled("1", 0.3),
    "@ among letters": sprinkled("@", 0.3),
}


def main() -> None:
    texts, abusive, source = read()
    _train, validation, test = split(texts, abusive, source)
    model, asked, truth = CommentFilter(), [texts[n] for n in test], abusive[test]
    base = model.fit(Decisions.of([], []))
    rows = hashed(asked)
    score, words = model.predict(base, rows), listed(asked)
    print(f"{len(test)} texts, {truth.sum()} abusive; with 95 % intervals (Wilson)")
    print(f"{'':34}{'precision':>24}{'recall':>24}{'clean flagged':>24}")
    line("word list", words, truth)
    for name in ("hold", "hide"):
        line(f"filter, {name} at {base.state[name]:.2f}", score >= base.state[name], truth)
    line("filter, hold, long texts in pieces", model.predict(base, asked) >= base.state["hold"], truth)
    line("filter, flagging as many as the list", score >= np.sort(score)[-words.sum()], truth)
    print("disguised: recall and clean flagged of the filter (hold), recall of the word list")
    for name, disguise in DISGUISES.items():
        changed = [disguise(text) for text in asked]
        flagged = model.predict(base, changed) >= base.state["hold"]
        print(f"{name:34}{flagged[truth].mean():8.3f}{flagged[~truth].mean():8.3f}{listed(changed)[truth].mean():8.3f}")
    rng = np.random.default_rng(1)
    for said in (True, False):
        for called in (True, False):
            names = [("clean", "abusive")[one] for one in (said, called)]
            picks = [texts[n] for n in rng.choice(validation[abusive[validation] == said], 400, replace=False)]
            taught = model.fit(Decisions.of(picks, [called] * 400))
            flagged = model.predict(taught, rows) >= base.state["hold"]
            moved = 100 * (flagged[~truth].mean() - (score >= base.state["hold"])[~truth].mean())
            line(f"400 {names[0]} ones called {names[1]}", flagged, truth)
            print(f"{'':34}{len(taught.state['waiting'])} held back; clean flagged moved by {moved:+.2f} points")


if __name__ == "__main__":
    main()
