"""The common app."""

from django.apps import AppConfig


class CommonConfig(AppConfig):
    """Configuration of common."""

    name = "common"
    verbose_name = "Common"
