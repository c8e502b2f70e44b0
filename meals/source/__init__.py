"""Incremental pull from the operational database, read-only and in bounded batches, so that analysis never queries it."""

from meals.source.pull import Outcome, pull
from meals.source.tables import SourceError

__all__ = ["Outcome", "SourceError", "pull"]
