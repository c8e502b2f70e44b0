"""The allergens that Korean law has restaurants declare, by code; names in both languages are understood as well."""

from django.utils.translation import gettext_lazy as _

ALLERGENS = {
    "egg": _("egg"),
    "milk": _("milk"),
    "buckwheat": _("buckwheat"),
    "peanut": _("peanut"),
    "soybean": _("soybean"),
    "wheat": _("wheat"),
    "pine_nut": _("pine nut"),
    "walnut": _("walnut"),
    "crab": _("crab"),
    "shrimp": _("shrimp"),
    "squid": _("squid"),
    "mackerel": _("mackerel"),
    "shellfish": _("shellfish"),
    "peach": _("peach"),
    "tomato": _("tomato"),
    "chicken": _("chicken"),
    "pork": _("pork"),
    "beef": _("beef"),
    "sulfite": _("sulphites"),
}
#: Other names that files and members use; the Korean ones of the law first.
NAMES = {
    "난류": "egg",
    "계란": "egg",
    "달걀": "egg",
    "알류": "egg",
    "eggs": "egg",
    "우유": "milk",
    "dairy": "milk",
    "메밀": "buckwheat",
    "땅콩": "peanut",
    "peanuts": "peanut",
    "대두": "soybean",
    "콩": "soybean",
    "soy": "soybean",
    "soya": "soybean",
    "밀": "wheat",
    "gluten": "wheat",
    "잣": "pine_nut",
    "pine nut": "pine_nut",
    "호두": "walnut",
    "게": "crab",
    "새우": "shrimp",
    "shrimps": "shrimp",
    "prawn": "shrimp",
    "오징어": "squid",
    "고등어": "mackerel",
    "조개류": "shellfish",
    "조개": "shellfish",
    "복숭아": "peach",
    "토마토": "tomato",
    "닭고기": "chicken",
    "돼지고기": "pork",
    "쇠고기": "beef",
    "소고기": "beef",
    "아황산류": "sulfite",
    "아황산염": "sulfite",
    "sulphite": "sulfite",
    "sulphites": "sulfite",
    "sulfites": "sulfite",
}


def code_of(name):
    """The code of an allergen by its code or name; None for what is none."""
    found = name.strip().casefold()
    return found if found in ALLERGENS else NAMES.get(found)
