"""Copies states between stores, and signs them anew after a rotation of keys."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from ml.families.base import digest
from ml.store.base import BaseStore, State
from ml.store.sealed import SealedStore, TooLarge

Progress = Callable[[int, int], None]


@dataclass
class Result:
    """What happened to how many keys, and what went wrong."""

    total: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def add(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1


def in_domain(keys: Iterable[str], domain: str | None) -> list[str]:
    """The keys of a domain, which is the second part of a key."""
    return [key for key in keys if domain is None or key.split("/")[1:2] == [domain]]


def is_newer(there: State, here: State) -> bool:
    """True when `there` has learned more than `here`: after the switch the target goes on learning."""
    return (there.get("sequence", 0), there.get("forgotten", 0)) > (here.get("sequence", 0), here.get("forgotten", 0))


def copy(
    source: BaseStore, target: BaseStore, domain: str | None, progress: Progress, *, overwrite: bool = False
) -> Result:
    """Copy all states of `source` (of one domain) into `target`; each copy is read back and its digest compared."""
    keys = in_domain(source.keys(), domain)
    result = Result(total=len(keys))
    for done, key in enumerate(keys, 1):
        try:
            result.add(_copy_one(source, target, key, overwrite))
        except (TooLarge, ValueError) as error:
            result.problems.append(f"{key}: {error}")
        progress(done, len(keys))
    return result


def _copy_one(source: BaseStore, target: BaseStore, key: str, overwrite: bool) -> str:
    state = source.get(key)
    if state is None:
        return "unreadable or gone"
    wanted, outcome = digest(state), "copied"

    def merge(there: State | None) -> State:
        nonlocal outcome
        if there is None:
            return state
        if digest(there) == wanted:
            outcome = "already there"
            return there
        if not overwrite and is_newer(there, state):
            outcome = "newer in the target"
            return there
        return state

    target.update(key, merge)
    if outcome == "copied":
        copied = target.get(key)
        if copied is None or (digest(copied) != wanted and not is_newer(copied, state)):
            raise ValueError("the copy differs from the original")
    return outcome


def resign(store: SealedStore, domain: str | None, progress: Progress) -> Result:
    """Sign all states that carry an older key with the first of MODEL_SIGNING_KEYS."""
    keys = in_domain(store.keys(), domain)
    result = Result(total=len(keys))
    for done, key in enumerate(keys, 1):
        if store.needs_resign(key):
            gone = store.update(key, lambda state: state) is None
            result.add("unreadable or gone" if gone else "signed anew")
        else:
            result.add("signed already")
        progress(done, len(keys))
    return result
