"""Cleaning of what members write: rich text to an allow-list, other text to plain characters."""

import html as entities
import re
import unicodedata

import nh3
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

RICH_TAGS = {
    "p",
    "br",
    "ul",
    "ol",
    "li",
    "b",
    "strong",
    "i",
    "em",
    "u",
    "a",
    "h3",
    "h4",
    "blockquote",
    "code",
    "pre",
}
RICH_LENGTH = 50_000
BLOCK_END = re.compile(r"(?i)<br\s*/?>|</(?:p|li|h[1-6]|blockquote|pre|div|tr|ul|ol)\s*>")
TAG = re.compile(r"<(?:[a-zA-Z/!?][^>]*>|(?:script|style|iframe|object|embed)\b)", re.IGNORECASE)
RICH = nh3.Cleaner(
    tags=RICH_TAGS,
    clean_content_tags={"script", "style", "iframe", "object", "embed", "template", "noscript", "title"},
    attributes={"a": {"href"}},
    url_schemes={"http", "https", "mailto"},
    link_rel="noopener noreferrer nofollow",
    strip_comments=True,
)
PICTURE = re.compile(r"/(?!/)|data:image/(?:png|jpeg|gif|webp);base64,", re.IGNORECASE)


def _harmless(tag, name, value):
    """Pictures come from this site or with the text, links never carry data."""
    if name == "src":
        return value if PICTURE.match(value) else None
    return None if name == "href" and value.strip().lower().startswith("data:") else value


DOCUMENT = nh3.Cleaner(
    tags=RICH_TAGS
    | {"h2", "h5", "h6", "hr", "s", "sup", "sub", "img", "table", "thead", "tbody", "tr", "th", "td", "span", "div"},
    clean_content_tags={"script", "style", "iframe", "object", "embed", "template", "noscript", "title"},
    attributes={"a": {"href"}, "img": {"src", "alt"}, "ol": {"start"}, "th": {"align"}, "td": {"align"}},
    allowed_classes={"span": {"math", "inline", "block"}, "div": {"math", "inline", "block"}},
    attribute_filter=_harmless,
    url_schemes={"http", "https", "mailto", "data"},
    link_rel="noopener noreferrer nofollow",
    strip_comments=True,
)
BARE = nh3.Cleaner(
    tags=set(),
    clean_content_tags={"script", "style", "iframe", "object", "embed", "template", "noscript"},
    attributes={},
    link_rel=None,
    strip_comments=True,
)


def check(value, max_length):
    """Refuse what no field may hold: something else than text, NUL bytes, broken Unicode, too much of it."""
    if not isinstance(value, str):
        raise ValidationError(_("Give text here."), code="type")
    if "\x00" in value:
        raise ValidationError(_("Null characters are not allowed."), code="null_characters_not_allowed")
    if any("\ud800" <= char <= "\udfff" for char in value):
        raise ValidationError(_("This text is not valid Unicode."), code="surrogate")
    if len(value) > max_length:
        raise ValidationError(
            _("At most %(max)s characters are allowed; this has %(length)s."),
            code="max_length",
            params={"max": max_length, "length": len(value)},
        )
    return value


def rich(value, max_length=RICH_LENGTH):
    """HTML with only the allowed tags and links; scripts go with their content.

    >>> rich('<p onclick="x()">Hi <script>alert(1)</script><a href="javascript:x">there</a></p>')
    '<p>Hi <a rel="noopener noreferrer nofollow">there</a></p>'
    """
    return RICH.clean(unicodedata.normalize("NFC", check(value, max_length))).strip()


def document(value):
    """HTML of a whole text that staff wrote (a statement): tables, own pictures and formulas, too; no scripts, no styles.

    >>> document('<h2 onclick="x()">Hi</h2><span class="math evil">x^2</span><img src="https://other/x.png">')
    '<h2>Hi</h2><span class="math">x^2</span><img>'
    """
    return DOCUMENT.clean(value).strip()


def plain(value):
    """The words of some HTML on one line, for models, search and previews.

    >>> plain("<p>one</p><p>two &amp; three</p>")
    'one two & three'
    """
    spaced = BLOCK_END.sub(lambda match: match[0] + " ", value)
    return re.sub(r"\s+", " ", _strip(entities.unescape(BARE.clean(spaced)))).strip()


def text(value, max_length, *, lines=False):
    """Plain text as a member typed it, without tags, controls and superfluous white space.

    `1 < 2` and `<3` stay: output is escaped anyway, only what a browser would take for a tag goes.
    """
    value = unicodedata.normalize("NFC", check(value, max_length)).replace("\r\n", "\n").replace("\r", "\n")
    value = _strip(value)
    value = "".join(char for char in value if char in "\n\t" or unicodedata.category(char) not in {"Cc", "Co", "Cn"})
    if not lines:
        return re.sub(r"\s+", " ", value).strip()
    value = "\n".join(re.sub(r"[^\S\n]+", " ", line).strip() for line in value.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", value).strip()


def _strip(value):
    # Entities may hide another layer of tags, so once is not enough.
    for _layer in range(4):
        if not TAG.search(value):
            break
        value = entities.unescape(BARE.clean(value))
    else:
        value = TAG.sub("", value)
    return value
