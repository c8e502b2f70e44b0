"""What code writes in English into logs, errors and reasons, in the reader's language.

Runs and versions keep one English text, which the command line and the log show too. Staff read it through `said`: a text
that one of `SAYINGS` fits is translated, what stands in its gaps as well; any other stays as it is.
"""

from __future__ import annotations

import re
from functools import cache

from django.utils.translation import gettext, gettext_noop

GAP = re.compile(r"%\((\w+)\)s")

#: With gaps `%(name)s`; the first one that fits the whole text counts.
SAYINGS = (
    gettext_noop("not evaluated: %(reason)s"),  # before what may stand in its gap
    # steps of a training
    gettext_noop("read the data"),
    gettext_noop("fit on %(items)s items and %(events)s events"),
    gettext_noop("fit on %(rows)s rows"),
    gettext_noop("evaluate"),
    gettext_noop("evaluate by time"),
    gettext_noop("replay what members did"),
    gettext_noop("fit on what was before"),
    gettext_noop("ask about held-out decisions"),
    gettext_noop("explain"),
    gettext_noop("save the version"),
    gettext_noop("version #%(number)s again: same data, parameters and seed"),
    gettext_noop("version #%(number)s"),
    gettext_noop("vocabulary"),
    gettext_noop("counts"),
    gettext_noop("weights"),
    gettext_noop("done"),
    gettext_noop("similarities"),
    gettext_noop("frequencies"),
    gettext_noop("calibration"),
    gettext_noop("features"),
    gettext_noop("interval"),
    gettext_noop("choices"),
    gettext_noop("cold items"),
    gettext_noop("all texts"),
    gettext_noop("two_stage"),
    gettext_noop("%(n)s sequences"),
    gettext_noop("trees over %(n)s choices"),
    gettext_noop("weights over %(n)s choices"),
    gettext_noop("columns of %(n)s attempts"),
    gettext_noop("epoch %(n)s: validation loss %(loss)s"),
    gettext_noop("round %(n)s of %(all)s"),
    gettext_noop("part %(n)s of %(all)s held out"),
    gettext_noop("%(n)s of %(all)s decisions"),
    gettext_noop("%(n)s of %(all)s events"),
    # why a version is not served, and what is refused
    gettext_noop("its base is missing from the store, or failed verification and is in quarantine"),
    gettext_noop("its base does not have the expected form"),
    gettext_noop("its base is of the family '%(family)s'"),
    gettext_noop("its base has format %(made)s, this code reads format %(read)s"),
    gettext_noop("its base was removed, since newer versions are kept in its place"),
    gettext_noop("this site has no family '%(family)s'"),
    gettext_noop("%(version)s ranks no feed, so it cannot be tried on requests"),
    gettext_noop("%(version)s is in production already, there is nothing to try"),
    gettext_noop("%(model)s: there is no earlier version in production to go back to"),
    gettext_noop("%(model)s was rolled back by somebody else just now"),
    gettext_noop("%(model)s: no free version number after ten attempts, try again"),
    gettext_noop("a share is a number from 0 to 1, not %(share)s"),
    gettext_noop("%(version)s: %(reason)s. Train it again, or roll back."),
    gettext_noop("%(version)s: %(reason)s. Train it again."),
    gettext_noop("naive_bayes: no item has a label, so there is nothing to learn from"),
    gettext_noop("deepfm: %(n)s attempts; %(least)s are needed, some solved and some failed"),
    gettext_noop("deepfm: all attempts before the validation part ended alike"),
    gettext_noop("spending: there are no purchases to learn from"),
    gettext_noop("an evaluation needs two labels and enough texts of one to hold some out"),
    gettext_noop("the stored rows of this evaluation are damaged: evaluate the version again"),
    gettext_noop("%(n)s events are too few to evaluate on; at least 20 are needed"),
    gettext_noop("%(family)s gives scores that are no numbers"),
    gettext_noop("MemoryError: %(detail)s"),
    gettext_noop("ValueError: %(detail)s"),
)  # fmt: skip


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    return [(re.compile(_pattern(msgid), re.DOTALL), msgid) for msgid in SAYINGS]


def _pattern(msgid: str) -> str:
    texts = GAP.split(msgid)  # text, name, text, name, …, text
    return "".join(f"(?P<{part}>.+?)" if i % 2 else re.escape(part) for i, part in enumerate(texts))


def said(text: str) -> str:
    """`text` in the reader's language, as far as its words are known."""
    if not text:
        return text
    for pattern, msgid in _patterns():
        if found := pattern.fullmatch(text):
            return gettext(msgid) % {name: said(part) for name, part in found.groupdict().items()}
    return gettext(text)


def log(text: str) -> str:
    """A run's log (`HH:MM:SS message` per line) in the reader's language."""
    lines = (line.partition(" ") for line in text.splitlines())
    return "\n".join(f"{moment} {said(message)}" for moment, _space, message in lines)
