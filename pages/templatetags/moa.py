"""Tags for the frame of every page: sections of the navigation, the member's menu, small formats."""

from __future__ import annotations

from django import template
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from ml import names

register = template.Library()

ICON = '<svg class="icon{}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>'

#: (URL name, label, icon); a name that no app serves is left out.
SECTIONS = (
    ("pages:home", _("Home"), "home"),
    ("activities:activity_list activities:list", _("Activities"), "calendar"),
    ("activities:club_list clubs:list", _("Clubs"), "people"),
    ("meals:today", _("Meals"), "meal"),
    ("problems:index", _("Problems"), "code"),
    ("pages:my_ai", _("My AI"), "spark"),
)
MENU = (
    ("pages:my_ai", _("My AI")),
    ("activities:mine", _("My clubs and activities")),
    ("meals:orders", _("My meals")),
    ("problems:progress", _("My problems")),
    ("accounts:notifications", _("Notifications")),
    ("accounts:profile", _("Profile")),
    ("account_change_password", _("Change password")),
)


def _url(names: str) -> str | None:
    """Address of the first of these names (parted by spaces) that some app serves."""
    for name in names.split():
        try:
            return reverse(name)
        except NoReverseMatch:
            continue
    return None


@register.simple_tag(takes_context=True)
def sections(context) -> list[dict]:
    """The site's sections, with the one that the request is in marked as current."""
    request = context.get("request")
    path = request.path if request else ""
    rows = []
    for name, label, icon in SECTIONS:
        url = _url(name)
        if url is not None:
            current = path == url if url == "/" else path.startswith(url)
            rows.append({"url": url, "label": label, "icon": icon, "current": current})
    return rows


@register.simple_tag
def menu_links() -> list[dict]:
    """What the member's menu offers."""
    return [{"url": url, "label": label} for name, label in MENU if (url := _url(name)) is not None]


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """What `includes/icon.html` draws, without the cost of an include: lists have dozens."""
    return format_html(ICON, css and f" {css}", static("img/icons.svg"), name)


@register.filter
def tone(value) -> str:
    """A stable colour class (tone-0 … tone-5) for an id or a name."""
    text = str(value)
    return f"tone-{sum(ord(letter) * (place + 1) for place, letter in enumerate(text)) % 6}"


@register.filter
def percent(value) -> int:
    """A share in 0–1 as whole percent, kept within 0–100."""
    try:
        return max(0, min(100, round(float(value) * 100)))
    except (TypeError, ValueError):
        return 0


@register.filter
def verb_name(verb: str):
    """A verb in words; one that nobody named stays as it is."""
    return names.verb(verb)


@register.filter
def plus(value) -> str:
    """A signed number with three decimals and a real minus sign."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return ""
    return f"{number:+.3f}".replace("-", "\u2212")


@register.filter
def unlocal(value) -> str:
    """A number as SVG attributes want it, whatever the language's decimal sign."""
    return format(float(value), ".1f")


@register.filter(name="bytes")
def in_bytes(value) -> str:
    """A size, short."""
    size = int(value or 0)
    return f"{size} B" if size < 1024 else f"{size / 1024:.1f} KB"
