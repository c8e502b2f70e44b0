"""Meal orders: groups, makers, foods, menus, orders, automatic orders, and what recommends them."""
