"""The admin's sidebar: what staff do first, in the groups of `STAFF_SIDEBAR`; whatever an app adds later, below by app."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.urls import reverse
from django.utils.translation import gettext as _

ICON = "chevron_right"  # of models that the settings give none


def navigation(request: Any) -> list[dict[str, Any]]:
    """Groups of links for the theme, each with the pages that the reader may open; a group without any is left out."""
    apps = admin.site.get_app_list(request)
    open_to = {model["model"]._meta.label: model for app in apps for model in app["models"] if model["admin_url"]}
    home = {"title": _("Dashboard"), "icon": "space_dashboard", "link": reverse("admin:index")}
    groups = [{"title": "", "items": [{**home, "active": request.path == home["link"]}]}]
    for title, collapsible, pages in settings.STAFF_SIDEBAR:
        found = [_item(open_to.pop(label), icon) for label, icon in pages if label in open_to]
        groups.append({"title": title, "collapsible": collapsible, "separator": True, "items": found})
    for app in apps:
        rest = [_item(model, ICON) for model in app["models"] if model["model"]._meta.label in open_to]
        groups.append({"title": app["name"], "collapsible": True, "separator": True, "items": rest})
    return [group for group in groups if group["items"]]


def _item(model: dict[str, Any], icon: str) -> dict[str, Any]:
    return {"title": model["name"], "icon": icon, "link": model["admin_url"]}
