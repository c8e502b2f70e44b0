"""The problems app: coding problems, submissions and the judge."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProblemsConfig(AppConfig):
    name = "problems"
    verbose_name = _("Coding problems")
    default_auto_field = "django.db.models.BigAutoField"
