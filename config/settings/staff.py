"""The admin's look: the site's own mark and green."""

from django.templatetags.static import static

_JADE = {
    "50": "oklch(98.4% .014 180.72)",
    "100": "oklch(95.3% .051 180.801)",
    "200": "oklch(91% .096 180.426)",
    "300": "oklch(85.5% .138 181.071)",
    "400": "oklch(77.7% .152 181.912)",
    "500": "oklch(70.4% .14 182.503)",
    "600": "oklch(60% .118 184.704)",
    "700": "oklch(51.1% .096 186.391)",
    "800": "oklch(43.7% .078 188.216)",
    "900": "oklch(38.6% .063 188.416)",
    "950": "oklch(27.7% .046 192.524)",
}

#: A cell that begins with = would be run by the spreadsheet that opens an export.
IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = True
# The library's default lets all staff export and import whatever page they can guess.
IMPORT_EXPORT_EXPORT_PERMISSION_CODE = "view"
IMPORT_EXPORT_IMPORT_PERMISSION_CODE = "add"

UNFOLD = {
    "SITE_TITLE": "Moa",
    "SITE_HEADER": "Moa",
    "SITE_ICON": lambda request: static("img/mark.svg"),
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("img/mark.svg")}],
    "SHOW_LANGUAGES": True,
    "SHOW_HISTORY": True,
    "COLORS": {"primary": _JADE},
    "DASHBOARD_CALLBACK": "common.dashboard.callback",
    "SIDEBAR": {"show_search": True, "show_all_applications": True},
}
