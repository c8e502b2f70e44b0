"""Who decides on comments: editors, and moderators, a group that `migrate` makes with just what that takes."""

from ml import roles

MODERATOR = "moderator"
PERMISSIONS = (
    "moderate_comment",
    "view_activity",
    "view_appeal",
    "view_comment",
    "view_moderationdecision",
    "view_queuedcomment",
    "view_report",
)
roles.grant(roles.EDITOR, "activities.moderate_comment")
roles.grant(roles.VIEWER, *(f"activities.{code}" for code in PERMISSIONS if code.startswith("view_")))


def sync(app_config, using, **kwargs):
    """After `migrate` made the permissions: the group has these; what staff add to it stays."""
    from django.contrib.auth.models import Group, Permission

    group, _made = Group.objects.using(using).get_or_create(name=MODERATOR)
    held = Permission.objects.using(using).filter(content_type__app_label=app_config.label, codename__in=PERMISSIONS)
    group.permissions.add(*held)
