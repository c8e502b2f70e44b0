"""REST of meals."""
