"""The site with one app more: one of the two lines that a fifth domain costs elsewhere (the other is its URLs)."""

from tests import settings
from tests.settings import *  # noqa: F403

INSTALLED_APPS = [*settings.INSTALLED_APPS, "tests.books"]
