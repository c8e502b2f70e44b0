"""What an import tells: progress, counts, and the bad rows with their line numbers."""

from __future__ import annotations

import csv
import time
from collections import Counter
from collections.abc import Callable
from typing import TextIO

from django.conf import settings
from django.db import reset_queries

SHOWN = 20
INTERVAL = 2.0


class Report:
    """Counts what happened and keeps the first bad rows; all of them go to `errors` where that is given."""

    def __init__(self, write: Callable[[str], None], errors: TextIO | None = None):
        self.write = write
        self.counts: Counter[str] = Counter()
        self.shown: list[tuple[int, str]] = []
        self._errors = csv.writer(errors) if errors else None
        if self._errors:
            self._errors.writerow(["line", "reason"])
        self._started = self._told = time.monotonic()

    def unreadable(self, line: int, reason: str) -> None:
        """A bad row that never became one."""
        self.counts["read"] += 1
        self.bad(line, reason)

    def bad(self, line: int, reason: str) -> None:
        reason = " ".join(reason.split())
        self.counts["bad"] += 1
        if len(self.shown) < SHOWN:
            self.shown.append((line, reason))
        if self._errors:
            self._errors.writerow([line, reason])

    def note(self, text: str) -> None:
        self.write(text)

    def progress(self, position: float) -> None:
        """Tell how far the import is, every two seconds at most."""
        now = time.monotonic()
        if now - self._told >= INTERVAL:
            self._told = now
            rate = self.counts["read"] / max(now - self._started, 1e-3)
            self.write(f"{position:4.0%}  {self.counts['read']:,} rows, {rate:,.0f}/s, {self.counts['bad']:,} bad")

    @property
    def done(self) -> int:
        """Rows that are in the database now or rightly left out."""
        return sum(count for name, count in self.counts.items() if name not in ("bad", "read", "duplicates", "members"))

    def tell_bad(self) -> None:
        for line, reason in sorted(self.shown):
            self.write(f"line {line}: {reason}")
        more = self.counts["bad"] - len(self.shown)
        if more:
            self.write(f"… and {more:,} more bad rows" + ("" if self._errors else " (--errors FILE writes them all)"))

    def summary(self, names: tuple[str, ...]) -> str:
        parts = ", ".join(f"{self.counts[name]:,} {name.replace('_', ' ')}" for name in names)
        return f"{parts} ({time.monotonic() - self._started:.1f} s)"


def forget_queries() -> None:
    """In development Django keeps the text of past queries, which for a long import fills the memory."""
    if settings.DEBUG:
        reset_queries()
