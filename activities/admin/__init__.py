"""The admin's pages for clubs and activities."""

from activities.admin import content, decisions, moderation, people  # noqa: F401  registers
