"""Foods, menus and orders from files and other databases: cleaned as a form's input is, upserted in a few queries for all."""

from meals.importing import menus, orders
from meals.importing.foods import FOOD_COLUMNS, import_foods
from meals.importing.likes import apply_likes
from meals.importing.menus import import_menus
from meals.importing.orders import import_orders

__all__ = ["FOOD_COLUMNS", "apply_likes", "import_foods", "import_menus", "import_orders", "menus", "orders"]
