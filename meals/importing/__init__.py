"""Foods, menus and orders from files and other databases: cleaned as a form's input is, upserted in a few queries for all."""

from meals.importing.foods import FOOD_COLUMNS, import_foods
from meals.importing.likes import apply_likes
from meals.importing.menus import MENU_COLUMNS, import_menus
from meals.importing.orders import ORDER_COLUMNS, import_orders

__all__ = [
    "FOOD_COLUMNS",
    "MENU_COLUMNS",
    "ORDER_COLUMNS",
    "apply_likes",
    "import_foods",
    "import_menus",
    "import_orders",
]
