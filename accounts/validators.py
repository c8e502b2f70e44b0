"""What a nickname and a keyword may look like; the same rules for pages, API and admin."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

NICKNAME_LENGTH = 30
KEYWORD_LENGTH = 20
KEYWORDS = 3
MARKUP = re.compile(r"[<>&\"`\\]")


def clean_text(value):
    """Trim, put Unicode into one form (NFC) and fold runs of white space."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", value)).strip()


def has_control_characters(value):
    """Tell invisible characters: controls, direction overrides, lone surrogates, private use."""
    return any(unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn"} for char in value)


def validate_plain(value):
    """Refuse markup and invisible characters, which serve only to mislead other readers."""
    if has_control_characters(value):
        raise ValidationError(_("Control and invisible characters are not allowed."), code="control")
    if MARKUP.search(value):
        raise ValidationError(_('The characters < > & " ` \\ are not allowed.'), code="markup")


def validate_nickname(value):
    if not isinstance(value, str):
        raise ValidationError(_("A nickname is text."), code="type")
    if not 2 <= len(clean_text(value)) <= NICKNAME_LENGTH:
        raise ValidationError(
            _("A nickname has 2 to %(max)s characters."), code="length", params={"max": NICKNAME_LENGTH}
        )
    validate_plain(value)
    if "@" in value:
        raise ValidationError(_("A nickname is seen by others: it must not be an e-mail address."), code="email")


def clean_keywords(values):
    """Trim keywords and drop empty and repeated ones, whatever their case."""
    kept = {}
    for value in values:
        word = clean_text(value).lstrip("#").strip()
        if word:
            kept.setdefault(word.casefold(), word)
    return list(kept.values())


def validate_keywords(values):
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise ValidationError(_("Keywords are a list of short texts."), code="type")
    if len(values) > KEYWORDS:
        raise ValidationError(_("Up to %(max)s keywords."), code="count", params={"max": KEYWORDS})
    for value in values:
        if not 1 <= len(value) <= KEYWORD_LENGTH:
            raise ValidationError(
                _("A keyword has 1 to %(max)s characters."), code="length", params={"max": KEYWORD_LENGTH}
            )
        validate_plain(value)
