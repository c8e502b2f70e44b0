"""The meals app: menus and orders of a company lunch service."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MealsConfig(AppConfig):
    name = "meals"
    verbose_name = _("Meal orders")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from meals import hooks  # noqa: F401  registers export, erase and what happens at sign-up
        from ml import parameters, roles

        # who spends how much is for those who manage, not for everybody who may look
        seen = ("group", "maker", "food", "foodtype", "menu", "holiday", "varietycurve")
        roles.grant(roles.VIEWER, *(f"meals.view_{name}" for name in seen))
        roles.grant(roles.MANAGER, "meals.view_spendingforecast")
        lead = parameters.Parameter(
            "lead",
            default=60,
            min=5,
            max=1440,
            label=_("Before the cutoff"),
            unit=_("minutes"),
            help=_("So long before a group's cutoff meals are ordered automatically for whoever has not ordered."),
        )
        parameters.define("meals.auto", [lead], title=_("Meals · Automatic orders"))
