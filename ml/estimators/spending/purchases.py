"""Purchases as arrays, and what a member's purchases until a moment say of the time after it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

WINDOWS = (7, 14, 30, 60, 90, 180, 10_000)  # days looked back
FEATURES = (
    *(f"orders_{days}" for days in WINDOWS),
    *(f"spent_{days}" for days in WINDOWS),
    "recency",
    "tenure",
    "gap_mean",
    "gap_deviation",
    "overdue",
    "amount_mean",
    "amount_median",
    "amount_largest",
    "amount_last",
    "days_active",
)


@dataclass(frozen=True)
class Purchases:
    """What was bought, sorted by time: member number (0 … members-1), time in days, amount in the site's currency.

    `hashes`: what rows of an evaluation call each member number (uint64); None: hashes of the numbers.
    """

    member: np.ndarray
    day: np.ndarray
    amount: np.ndarray
    members: int
    hashes: np.ndarray | None = None

    @classmethod
    def of(cls, member, day, amount, members: int | None = None) -> Purchases:
        """From columns in any order; ValueError for amounts that are negative or no numbers."""
        member, day = np.asarray(member, np.int64), np.asarray(day, np.float64)
        amount = np.asarray(amount, np.float64)
        if len(amount) and not (np.isfinite(amount).all() and amount.min() >= 0):
            raise ValueError("spending: an amount is negative or no number; leave refunds out")
        order = np.argsort(day, kind="stable")
        count = int(member.max()) + 1 if len(member) else 0
        return cls(member[order], day[order], amount[order], max(count, members or 0))

    def __len__(self) -> int:
        return len(self.day)

    def upto(self, day: float) -> Purchases:
        return self._part(slice(0, int(np.searchsorted(self.day, day))))

    def between(self, first: float, last: float) -> Purchases:
        return self._part(slice(*np.searchsorted(self.day, [first, last]).tolist()))

    def _part(self, which: slice) -> Purchases:
        return replace(self, member=self.member[which], day=self.day[which], amount=self.amount[which])

    def clipped(self, most: float) -> Purchases:
        """Amounts above `most` count as `most`."""
        return replace(self, amount=np.minimum(self.amount, most))

    def spent(self) -> np.ndarray:
        """Sum per member (float64, members)."""
        return np.bincount(self.member, self.amount, self.members)


def known(purchases: Purchases, at: float) -> np.ndarray:
    """Members who bought anything before `at`: of others nothing can be said."""
    return np.unique(purchases.upto(at).member)


def features(purchases: Purchases, at: float, members: np.ndarray) -> np.ndarray:
    """One row of `FEATURES` for each of `members` (float32), from what was bought before `at` only."""
    past = purchases.upto(at)
    age = at - past.day
    columns = [np.bincount(past.member, age <= days, past.members) for days in WINDOWS]
    columns += [np.bincount(past.member, past.amount * (age <= days), past.members) for days in WINDOWS]
    return np.stack([*columns, *_rhythm(past, at), *_amounts(past)], axis=1)[members].astype(np.float32)


def _rhythm(past: Purchases, at: float) -> list[np.ndarray]:
    """Days since the last and the first purchase, mean and deviation of the gaps, how overdue the next one is."""
    by_member = np.lexsort((past.day, past.member))
    member, day = past.member[by_member], past.day[by_member]
    last, first = np.full(past.members, np.nan), np.full(past.members, np.nan)
    last[member] = day  # the last write of each member stays
    first[member[::-1]] = day[::-1]
    same = member[1:] == member[:-1]
    gap, owner = np.diff(day)[same], member[1:][same]
    count = np.bincount(owner, minlength=past.members)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.bincount(owner, gap, past.members) / count
        spread = np.sqrt(np.maximum(np.bincount(owner, gap**2, past.members) / count - mean**2, 0))
        overdue = (at - last) / np.maximum(mean, 1.0)
    return [at - last, at - first, mean, spread, overdue]


def _amounts(past: Purchases) -> list[np.ndarray]:
    order = np.lexsort((past.amount, past.member))
    member, amount = past.member[order], past.amount[order]
    count = np.bincount(member, minlength=past.members)
    start = np.concatenate([[0], np.cumsum(count)[:-1]])
    have = count > 0
    median, largest, last = (np.full(past.members, np.nan) for _ in range(3))
    median[have] = (amount[(start + (count - 1) // 2)[have]] + amount[(start + count // 2)[have]]) / 2
    largest[have] = amount[(start + count - 1)[have]]
    last[past.member] = past.amount
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.bincount(member, amount, past.members) / count
    days = np.unique(np.stack([past.member, np.floor(past.day).astype(np.int64)]), axis=1)[0]
    return [mean, median, largest, last, np.bincount(days, minlength=past.members).astype(float)]
