"""Groups, makers and their foods, menus, orders, and who has meals ordered automatically."""

from meals.models.auto import AutoOrder, AutoOrderResult, AutoOrderRun
from meals.models.foods import Food, FoodLike, FoodType, Maker
from meals.models.groups import DiningType, Group, GroupMembership, Holiday
from meals.models.orders import MakerDay, Menu, Order
from meals.models.source import SourceTable
from meals.models.spending import SpendingForecast, VarietyCurve

__all__ = [
    "AutoOrder",
    "AutoOrderResult",
    "AutoOrderRun",
    "DiningType",
    "Food",
    "FoodLike",
    "FoodType",
    "Group",
    "GroupMembership",
    "Holiday",
    "Maker",
    "MakerDay",
    "Menu",
    "Order",
    "SourceTable",
    "SpendingForecast",
    "VarietyCurve",
]
