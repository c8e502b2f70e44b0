"""The site with one app more: one of the two lines that a fifth domain costs elsewhere (the other is its URLs)."""

from tests.settings import *

INSTALLED_APPS = [*INSTALLED_APPS, "tests.books"]
