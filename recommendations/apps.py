"""Starts the domains: finds each app's recommend.py and declares what staff may tune."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class RecommendationsConfig(AppConfig):
    name = "recommendations"
    verbose_name = _("Recommendations")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from recommendations import checks, visitors  # noqa: F401  registers system checks and the accounts hooks
        from recommendations.domains import domains

        autodiscover_modules("recommend", register_to=None)
        for domain in domains:
            domain.define_parameters()
