"""The meals app: menus and orders of a company lunch service."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MealsConfig(AppConfig):
    name = "meals"
    verbose_name = _("Meal orders")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from meals import hooks  # noqa: F401  registers export, erase and what happens at sign-up
