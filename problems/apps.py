"""The problems app: coding problems, submissions and the judge."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProblemsConfig(AppConfig):
    name = "problems"
    verbose_name = _("Coding problems")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from django_q.signals import post_spawn

        from problems import checks, hooks  # noqa: F401  register themselves
        from problems.services import health, submissions

        submissions.define_parameters()
        health.configure_judge()
        post_spawn.connect(health.worker_started, dispatch_uid="problems.judge")
