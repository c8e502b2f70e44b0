"""The pages app."""

from django.apps import AppConfig


class PagesConfig(AppConfig):
    """Configuration of pages."""

    name = "pages"
    verbose_name = "Pages"
