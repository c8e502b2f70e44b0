"""Automatic orders: whom to order for, which meal their own model finds best, ordering it exactly once, telling them."""

from meals.auto.run import Summary, auto_order

__all__ = ["Summary", "auto_order"]
