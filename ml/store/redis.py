"""Keeps states in Redis: writers hold a lock per key whose token is checked in the same step as the write (fencing)."""

from __future__ import annotations

import random
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from ml.store.base import State
from ml.store.sealed import InvalidStoreError, SealedStore, StoreError, check_key

# KEYS: lock, blob; ARGV: token, milliseconds
TAKE = """
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return {1, redis.call('GET', KEYS[2])} end
return {0, false}
"""
# KEYS: lock, blob, quarantine; ARGV: token, action, blob or reason. 1: done, 0: the lock is no longer ours
FINISH = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if ARGV[2] == 'write' then redis.call('SET', KEYS[2], ARGV[3])
elseif ARGV[2] == 'drop' then redis.call('DEL', KEYS[2])
elseif ARGV[2] == 'purge' then
  local found = redis.call('DEL', KEYS[2]) + redis.call('DEL', KEYS[3])
  redis.call('DEL', KEYS[1])
  return found > 0 and 2 or 1
end
redis.call('DEL', KEYS[1])
return 1
"""
# KEYS: blob, quarantine; ARGV: blob, reason
ASIDE = """
if redis.call('GET', KEYS[1]) == ARGV[1] then
  redis.call('RPUSH', KEYS[2], ARGV[2], ARGV[1])
  redis.call('DEL', KEYS[1])
end
return 1
"""


class LockLost(StoreError):
    """An update took longer than LOCK_SECONDS and was not stored; nothing changed."""


class RedisStore(SealedStore):
    """One Redis string per key; switch Redis' persistence on (appendonly) for models that must survive it.

    Options
    -------
    URL : such as redis://localhost:6379/0. PREFIX : before every key.
    LOCK_SECONDS : longest update; a killed process blocks writes to its key, one member's, for that long (reading needs no
        lock). Ten, for an update may replay a log of 20,000 events on a busy machine: with a shorter lock such a model would be
        read from the log at each request and never be stored. A lock that is renewed would need a thread for what takes
        milliseconds.
    WAIT_SECONDS : how long to wait for a locked key. TIMEOUT : socket timeout in seconds.
    """

    OPTIONS: ClassVar[dict[str, Any]] = {
        "URL": "",
        "PREFIX": "moa:",
        "LOCK_SECONDS": 10,
        "WAIT_SECONDS": 20,
        "TIMEOUT": 5,
    }

    def __init__(self, alias="default", options=None):
        super().__init__(alias, options)
        if not self.options["URL"]:
            raise InvalidStoreError(
                f"PERSONAL_MODEL_STORES[{alias!r}]: RedisStore needs the option URL, such as redis://localhost/0"
            )
        try:
            import redis
        except ImportError as error:
            raise InvalidStoreError("RedisStore needs the package redis: pip install redis") from error
        timeout = self.options["TIMEOUT"]
        try:
            self.client = redis.Redis.from_url(
                self.options["URL"], socket_timeout=timeout, socket_connect_timeout=timeout
            )
        except ValueError as error:
            raise InvalidStoreError(f"PERSONAL_MODEL_STORES[{alias!r}]: URL: {error}") from error
        self._take, self._finish, self._aside = map(self.client.register_script, (TAKE, FINISH, ASIDE))
        self.prefix: str = self.options["PREFIX"]

    def _name(self, kind: str, key: str) -> str:
        return f"{self.prefix}{kind}:{key}"

    def read(self, key: str) -> bytes | None:
        return self.client.get(self._name("blob", key))  # type: ignore[return-value]  # bytes: decode_responses is off

    @contextmanager
    def lock(self, key: str):
        """Yield (finish, blob): `finish(action, data)` writes and frees the lock in one step, or raises `LockLost`."""
        names = [self._name("lock", key), self._name("blob", key), self._name("quarantine", key)]
        token, deadline = secrets.token_hex(16), time.monotonic() + self.options["WAIT_SECONDS"]
        done = False

        def finish(action: str, data: bytes = b"") -> int:
            nonlocal done
            done = True
            answer = self._finish(keys=names, args=[token, action, data])
            if not answer:
                raise LockLost(
                    f"{key}: not stored, the update took longer than LOCK_SECONDS ({self.options['LOCK_SECONDS']})"
                )
            return answer

        while True:
            taken, blob = self._take(keys=names[:2], args=[token, int(self.options["LOCK_SECONDS"] * 1000)])
            if taken:
                break
            if time.monotonic() > deadline:
                raise StoreError(
                    f"{key}: locked by another process for more than WAIT_SECONDS ({self.options['WAIT_SECONDS']})"
                )
            time.sleep(random.uniform(0.0002, 0.002))
        try:
            yield finish, blob
        finally:
            if not done:  # `fn` raised: free the lock if it is still ours
                self._finish(keys=names, args=[token, "free", b""])

    def update(self, key: str, fn: Callable[[State | None], State | None]) -> State | None:
        check_key(key)
        with self.lock(key) as (finish, blob):
            state = fn(None if blob is None else self.open(key, blob, self.set_aside))
            if state is None:
                finish("drop")
            else:
                finish("write", self.seal(key, state))
            return state

    def put(self, key: str, state: State) -> None:
        blob = self.seal(check_key(key), state)
        with self.lock(key) as (finish, _old):
            finish("write", blob)

    def delete(self, key: str) -> bool:
        with self.lock(check_key(key)) as (finish, _blob):
            return finish("purge") == 2

    def set_aside(self, key: str, blob: bytes, reason: str) -> None:
        self._aside(keys=[self._name("blob", key), self._name("quarantine", key)], args=[blob, reason])

    def size(self, key: str) -> int:
        return self.client.strlen(self._name("blob", check_key(key)))

    def keys(self, prefix: str = "") -> Iterator[str]:
        start = self._name("blob", "")
        pattern = "".join(f"\\{char}" if char in "*?[]\\^-" else char for char in start + prefix) + "*"
        found = {name.decode().removeprefix(start) for name in self.client.scan_iter(match=pattern, count=1000)}
        return iter(sorted(found))
