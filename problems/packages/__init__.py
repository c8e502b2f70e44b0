"""Problem packages in the Kattis/ICPC format, read without trusting them. Knows neither Django nor the database."""

from problems.packages.errors import PackageError
from problems.packages.package import Group, Package, Program, Test
from problems.packages.reader import open_package

__all__ = ["Group", "Package", "PackageError", "Program", "Test", "open_package"]
