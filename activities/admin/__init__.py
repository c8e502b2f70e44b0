"""The admin's pages for clubs and activities."""

from activities.admin import content, people  # noqa: F401  registers
