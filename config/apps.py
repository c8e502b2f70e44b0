"""Libraries' apps that have no name in the reader's language of their own."""

from axes.apps import AppConfig as AxesConfig
from django.utils.translation import gettext_lazy as _
from django_q.apps import DjangoQConfig


class LoginsConfig(AxesConfig):
    verbose_name = _("Log-ins")


class TaskQueueConfig(DjangoQConfig):
    verbose_name = _("Task queue")
