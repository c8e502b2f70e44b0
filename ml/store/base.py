"""What a store of models offers (docs/how-to/store.md); tests/ml/store/test_contract.py holds each one to it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

State = dict[str, Any]


def _of_one(fn: Callable[[dict[str, State | None]], dict[str, State]], key: str, state: State | None) -> State:
    return fn({key: state})[key]


class BaseStore(ABC):
    """Maps keys (``kind/domain/member``, parts of ``[A-Za-z0-9_.@-]``) to states: dicts of plain values and arrays.

    Blobs are signed and verified (`ml.store.blobs`). A bad blob is moved to quarantine, logged and counted; `get` then
    returns None, so that the caller rebuilds from events.
    """

    #: True when `update` runs inside the caller's database transaction and so commits or rolls back with it.
    transactional = False

    @abstractmethod
    def get(self, key: str) -> State | None: ...

    def get_many(self, keys: Sequence[str]) -> dict[str, State]:
        """The states of many keys; keys that have none are left out."""
        found = {key: self.get(key) for key in keys}
        return {key: state for key, state in found.items() if state is not None}

    @abstractmethod
    def put(self, key: str, state: State) -> None: ...

    @abstractmethod
    def delete(self, key: str) -> bool:
        """Remove the key and everything kept for it (quarantine too); True when there was something."""

    @abstractmethod
    def update(self, key: str, fn: Callable[[State | None], State | None]) -> State | None:
        """Atomic read-modify-write: `fn` gets the state (None: there is none) and returns the new one (None: delete).

        Exclusive against every other `update`, `put` and `delete` of that key, in all processes. When `fn` raises,
        nothing changes.
        """

    def update_many(
        self, keys: Sequence[str], fn: Callable[[dict[str, State | None]], dict[str, State]]
    ) -> dict[str, State]:
        """`update` of many keys; `fn` gets the states of some or all of them and returns a state for each.

        Keys are locked in one order, whatever order they are given in.
        """
        found: dict[str, State] = {}
        for key in sorted(keys):
            found[key] = self.update(key, partial(_of_one, fn, key)) or {}
        return found

    @abstractmethod
    def keys(self, prefix: str = "") -> Iterator[str]: ...

    @abstractmethod
    def size(self, key: str) -> int:
        """Bytes stored for the key, envelope included; 0 when there is nothing."""

    def sizes(self, prefix: str = "") -> Iterator[int]:
        """`size` of all keys that begin so, in any order."""
        return (self.size(key) for key in self.keys(prefix))
