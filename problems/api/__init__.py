"""REST of coding problems."""
