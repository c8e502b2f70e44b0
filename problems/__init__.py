"""Coding problems: catalogue, packages, judge, and what recommends them."""
