"""The admin's pages for meals."""

from meals.admin import auto, catalogue, groups, menus, orders  # noqa: F401  registers
