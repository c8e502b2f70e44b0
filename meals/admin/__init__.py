"""The admin's pages for meals."""

from meals.admin import auto, catalogue, groups, menus, orders, spending, variety  # noqa: F401  registers
