"""The activities app: clubs and what they do together."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ActivitiesConfig(AppConfig):
    name = "activities"
    verbose_name = _("Clubs and activities")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from django.db.models.signals import post_migrate

        from activities import hooks, roles  # noqa: F401  hooks registers export and erase with accounts

        post_migrate.connect(roles.sync, sender=self, dispatch_uid="activities.roles")
