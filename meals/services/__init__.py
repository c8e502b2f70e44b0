"""The ways in which groups, menus and orders change; pages, API, admin and commands use these and nothing else."""

from meals.services.auto_settings import auto_order_set, auto_order_settings
from meals.services.groups import close_day, group_join, group_leave, holiday_add, join_public, refresh_cutoffs
from meals.services.likes import like, unlike
from meals.services.menus import (
    food_save,
    maker_close,
    maker_reopen,
    maker_save,
    menu_create,
    menu_edit,
)
from meals.services.orders import (
    deliver,
    mark_delivered,
    menu_skip,
    order_cancel,
    order_change,
    order_place,
    order_rate,
)
from meals.services.planning import copy_week
from meals.services.withdrawing import menu_withdraw, withdraw_menus

__all__ = [
    "auto_order_set",
    "auto_order_settings",
    "close_day",
    "copy_week",
    "deliver",
    "food_save",
    "group_join",
    "group_leave",
    "holiday_add",
    "join_public",
    "like",
    "maker_close",
    "maker_reopen",
    "maker_save",
    "mark_delivered",
    "menu_create",
    "menu_edit",
    "menu_skip",
    "menu_withdraw",
    "order_cancel",
    "order_change",
    "order_place",
    "order_rate",
    "refresh_cutoffs",
    "unlike",
    "withdraw_menus",
]
