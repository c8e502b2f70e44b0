"""Comments as hashed character n-grams, of syllables and of letters (jamo), after the usual disguises are taken off.

What people do to get an insult past a filter: letters that cannot be seen or that stand on others, signs and single digits
between syllables, syllables apart, syllables taken to pieces. `tidy` undoes these; what it cannot undo still shares n-grams.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.preprocessing import normalize

BITS = 18
WIDTH = 2**BITS
LEADING, VOWELS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ", "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
TRAILING = "ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"
#: letters of a text that is read in pieces as well, and of a piece
LONG, PIECE = 120, 60
#: category of letters that are none, of marks on other letters; Hangul's fillers count as letters and are not seen either
UNSEEN = {"Cf", "Cc", "Mn", "Me"}
FILLERS = "\u3164\u115f\u1160\uffa0"
_HANGUL = "가-힣ㄱ-ㅎㅏ-ㅣ"
_REPEATED = re.compile(r"(.)\1{2,}")
_SYLLABLE = re.compile(f"([{LEADING}])([{VOWELS}])(?:([{TRAILING}])(?![{VOWELS}]))?")
_BETWEEN = re.compile(rf"(?<=[{_HANGUL}])(?:[^\w\s]+|[0-9a-z_])(?=[{_HANGUL}])|(?<=[{_HANGUL}])[^\w\s.,!?~…'\"()\-]+")
#: three syllables or more, each by itself
APART = re.compile(rf"(?<!\S)[{_HANGUL}](?:[^\S\n]+[{_HANGUL}](?!\S)){{2,}}")


def tidy(text: str) -> str:
    """Lower case, disguises taken off, no letter more than twice in a row."""
    shown = "".join(letter for letter in unicodedata.normalize("NFC", text).lower() if _seen(letter))
    joined = APART.sub(lambda found: re.sub(r"\s", "", found[0]), _BETWEEN.sub("", shown))
    return _REPEATED.sub(r"\1\1", _SYLLABLE.sub(_composed, joined))


def _seen(letter: str) -> bool:
    return letter in "\n\t" or (unicodedata.category(letter) not in UNSEEN and letter not in FILLERS)


def _composed(found: re.Match) -> str:
    """The syllable of a leading consonant, a vowel and perhaps a trailing one (Unicode 16, section 3.12)."""
    trailing = TRAILING.index(found[3]) + 1 if found[3] else 0
    return chr(0xAC00 + (LEADING.index(found[1]) * 21 + VOWELS.index(found[2])) * 28 + trailing)


def letters(text: str) -> str:
    """The jamo of a tidied text; the mark keeps its n-grams apart from those of syllables."""
    return "\x01" + unicodedata.normalize("NFKD", tidy(text))


def pieces(text: str) -> list[str]:
    """The text, and where it is long its pieces of about 60 letters, half over one another: a long text hides a short insult."""
    plain = tidy(text)
    if len(plain) <= LONG:
        return [text]
    found, piece = [text], []
    for word in plain.split():
        piece.append(word[:PIECE])
        if sum(map(len, piece)) + len(piece) >= PIECE:
            found.append(" ".join(piece))
            piece = piece[len(piece) // 2 :] if len(piece) > 1 else []
    return [*found, " ".join(piece)]


def _vectorizer(analyzer: str, sizes: tuple[int, int], preprocess) -> HashingVectorizer:
    return HashingVectorizer(
        analyzer=analyzer,
        ngram_range=sizes,
        n_features=WIDTH,
        alternate_sign=False,
        norm=None,
        preprocessor=preprocess,
        dtype=np.float32,
    )


_PARTS = (_vectorizer("char_wb", (1, 4), tidy), _vectorizer("char", (2, 5), letters))


def hashed(texts: Sequence[str]) -> sp.csr_matrix:
    """float32 rows (texts × 2**18) of length one."""
    texts = list(texts)
    if not texts:
        return sp.csr_matrix((0, WIDTH), dtype=np.float32)
    found = sum(normalize(part.transform(texts)) for part in _PARTS)
    return normalize(sp.csr_matrix(found)).astype(np.float32)
