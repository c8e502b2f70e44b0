"""Staff's roles: groups with explicit permissions, kept in line by `migrate`; apps above add their own with `grant`.

Staff may make further groups; what they add to these stays, what they take away comes back with the next `migrate`.
"""

from __future__ import annotations

from typing import Any

VIEWER, EDITOR, MANAGER = "viewer", "editor", "model manager"
_granted: dict[str, list[str]] = {VIEWER: [], EDITOR: [], MANAGER: []}


def grant(role: str, *permissions: str) -> None:
    """Give `role` permissions ("app.codename"). Each role has what the one before it has: viewer, editor, model manager."""
    for held in list(_granted)[list(_granted).index(role) :]:
        _granted[held] += permissions


def permissions(role: str) -> list[str]:
    return sorted(set(_granted[role]))


grant(
    VIEWER,
    "ml.view_modelversion",
    "ml.view_parameterchange",
    "ml.view_parameterdraft",
    "ml.view_parameterpublication",
    "ml.view_parametervalue",
    "ml.view_promotion",
    "ml.view_trainingrun",
)
grant(EDITOR, "ml.add_parameterdraft", "ml.change_parameterdraft")
grant(MANAGER, "ml.publish_parameterdraft", "ml.train_modelversion", "ml.promote_modelversion")


def sync(app_config: Any, using: str, **kwargs: Any) -> None:
    """After `migrate` made an app's permissions: the groups, with those permissions that belong to them."""
    from django.contrib.auth.models import Group, Permission

    label = app_config.label
    codes = {role: {code for app, code in map(_split, permissions(role)) if app == label} for role in _granted}
    if not any(codes.values()):
        return
    known = {p.codename: p for p in Permission.objects.using(using).filter(content_type__app_label=label)}
    for role, wanted in codes.items():
        group, _made = Group.objects.using(using).get_or_create(name=role)
        group.permissions.add(*(known[code] for code in sorted(wanted) if code in known))


def _split(permission: str) -> tuple[str, str]:
    app, _dot, code = permission.partition(".")
    return app, code
