"""The activities app: clubs and what they do together."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ActivitiesConfig(AppConfig):
    name = "activities"
    verbose_name = _("Clubs and activities")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from activities import hooks  # noqa: F401  registers export and erase with accounts
