"""Rules of a small decision tree in the reader's words, and as a picture (an SVG icicle)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ml.evaluation import rules

WIDTH, ROW = 640, 44  # pixels of the picture
LETTER = 7.5  # pixels; a text that would not fit is left out
#: feature → (above the bound, at or below it, how the bound is written)
TEXTS: dict[str, tuple[Any, Any, str]] = {
    "own_category": (
        gettext_lazy("more than %(at)s of the member's past is of its category"),
        gettext_lazy("at most %(at)s of the member's past is of its category"),
        "share",
    ),
    "favourite": (
        gettext_lazy("its category is dearer to the member than that of %(at)s of the others"),
        gettext_lazy("its category is dearer to the member than that of at most %(at)s of the others"),
        "share",
    ),
    "tags": (
        gettext_lazy("its tags suit the member's past better than those of %(at)s of the others"),
        gettext_lazy("its tags suit the member's past better than those of at most %(at)s of the others"),
        "share",
    ),
    "alike": (
        gettext_lazy("its text is nearer to the member's past than that of %(at)s of the others"),
        gettext_lazy("its text is nearer to the member's past than that of at most %(at)s of the others"),
        "share",
    ),
    "together": (
        gettext_lazy("people with the same past chose it more often than %(at)s of the others"),
        gettext_lazy("people with the same past chose it more often than at most %(at)s of the others"),
        "share",
    ),
    "again": (
        gettext_lazy("more than %(at)s of the member's past is this very item"),
        gettext_lazy("at most %(at)s of the member's past is this very item"),
        "share",
    ),
    "since": (
        gettext_lazy("the member chose it more than %(at)s days ago, or never"),
        gettext_lazy("the member chose it within the last %(at)s days"),
        "number",
    ),
    "events": (
        gettext_lazy("the member has done more than %(at)s things"),
        gettext_lazy("the member has done at most %(at)s things"),
        "number",
    ),
    "popular": (
        gettext_lazy("it is more popular than %(at)s of the others"),
        gettext_lazy("it is more popular than at most %(at)s of the others"),
        "share",
    ),
    "recent": (
        gettext_lazy("it was more popular lately than %(at)s of the others"),
        gettext_lazy("it was more popular lately than at most %(at)s of the others"),
        "share",
    ),
    "new": (
        gettext_lazy("it is newer than %(at)s of the others"),
        gettext_lazy("it is newer than at most %(at)s of the others"),
        "share",
    ),
    "age": (
        gettext_lazy("it is more than %(at)s days old"),
        gettext_lazy("it is at most %(at)s days old"),
        "number",
    ),
    "amount": (gettext_lazy("%(name)s above %(at)s"), gettext_lazy("%(name)s at most %(at)s"), "number"),
    "usual": (
        gettext_lazy("%(name)s more than %(at)s over what the member usually takes"),
        gettext_lazy("%(name)s at most %(at)s over what the member usually takes"),
        "number",
    ),
    "category": (gettext_lazy("its category is %(name)s"), gettext_lazy("its category is not %(name)s"), "number"),
}
#: short names for the picture
SHORT = {
    "own_category": gettext_lazy("own category"), "favourite": gettext_lazy("favourite category"),
    "tags": gettext_lazy("tags"), "alike": gettext_lazy("like own past"), "together": gettext_lazy("same people"),
    "again": gettext_lazy("same again"), "since": gettext_lazy("days since"), "events": gettext_lazy("done so far"),
    "popular": gettext_lazy("popular"), "recent": gettext_lazy("popular lately"), "new": gettext_lazy("new"),
    "age": gettext_lazy("age in days"),
}  # fmt: skip
LOW, HIGH = 0.3, 0.7  # R² of rules that are not, and that are, to be relied on


def condition(feature: str, at: float, above: bool, words: Mapping[str, str]) -> str:
    """One bound as a clause."""
    kind, _colon, name = feature.partition(":")
    if kind not in TEXTS:
        return f"{feature} {'>' if above else '≤'} {at:g}"
    high, low, unit = TEXTS[kind]
    bound = percent(at) if unit == "share" else f"{at:g}"
    return str(high if above else low) % {"at": bound, "name": words.get(name, name)}


def percent(share: float) -> str:
    """Two digits are enough."""
    return f"{100 * share:.0f} %" if share >= 0.095 else f"{100 * share:.2g} %"


def names_in(found: Mapping[str, Any] | None) -> list[str]:
    """The categories and amounts that rules name, to be put into words."""
    return sorted({name for f in rules.used(found["root"]) if (name := f.partition(":")[2])}) if found else []


def view(found: Mapping[str, Any] | None, words: Mapping[str, str]) -> dict[str, Any] | None:
    """What the page shows of stored rules."""
    if not found:
        return None
    leaves = [
        {
            "conditions": [condition(feature, at, above, words) for feature, at, above in path],
            "value": leaf["value"],
            "percent": round(100 * leaf["value"]),
            "share_percent": f"{100 * leaf['share']:.2g}",
        }
        for path, leaf in rules.leaves(found["root"])
    ]
    boxes: list[dict[str, Any]] = []
    _draw(found["root"], 0.0, 0, "", words, boxes)
    agreement = found["agreement"]
    return {
        **found,
        "agreement_percent": None if agreement is None else round(100 * agreement),
        "leaves": leaves,
        "boxes": boxes,
        "height": (found["depth"] + 1) * ROW,
        "trust": trust(found["r2"]),
    }


def trust(r2: float) -> str:
    """How far rules may be believed, in words."""
    if r2 >= HIGH:
        return _("The rules follow this model closely.")
    if r2 >= LOW:
        return _("The rules follow this model roughly: they say what it leans to, not what it does in each case.")
    return _("Few of this model's differences fit into so few rules: do not judge it by them.")


def _draw(node: Mapping, x: float, row: int, text: str, words: Mapping[str, str], boxes: list) -> None:
    """A box for a node under the condition that leads to it, as wide as its share of rows; then its children."""
    width = node["share"] * WIDTH
    split = "feature" in node
    label = _short(node["feature"], node["at"], words) if split else f"{100 * node['value']:.0f} %"
    box = {"x": round(x, 1), "y": row * ROW, "width": round(max(width - 2, 1), 1), "height": ROW - 2}
    boxes.append(
        box
        | {
            "cx": round(x + width / 2, 1),
            "cy": row * ROW + ROW / 2 + 4,
            "opacity": round(0.08 + 0.72 * node["value"], 2),
        }
        | {"text": label if len(label) * LETTER < width else "", "title": f"{text}: {label}" if text else label}
    )
    if split:
        for above in (True, False):
            child = node["yes" if above else "no"]
            _draw(child, x, row + 1, condition(node["feature"], node["at"], above, words), words, boxes)
            x += child["share"] * WIDTH


def _short(feature: str, at: float, words: Mapping[str, str]) -> str:
    kind, _colon, name = feature.partition(":")
    title = words.get(name, name) if name else str(SHORT.get(kind, kind))
    if kind == "category":
        return f"{title}?"
    if kind == "usual":
        title = f"Δ {title}"
    return f"{title} > {percent(at)}?" if TEXTS.get(kind, ("", "", ""))[2] == "share" else f"{title} > {at:g}?"
