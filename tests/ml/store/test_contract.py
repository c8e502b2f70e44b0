"""The contract of `ml.store.base.BaseStore`, held by every backend."""

import json
import random
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from ml.families.base import digest
from ml.store import TooLarge, blobs
from ml.store.handler import StoreHandler
from tests.ml.store import hostile, servers
from tests.ml.store.conftest import BACKENDS

KEY = "personal/activities/7"
STATE = {
    "v": 1,
    "sequence": 3,
    "paused": False,
    "note": None,
    "text": "등산",
    "f": 0.5,
    "b": b"\x00\xff",
    "l": [1, "a", -2],
}
WORKERS, TIMES = 8, 500


def test_nothing_there(store):
    assert store.get(KEY) is None
    assert store.size(KEY) == 0
    assert store.delete(KEY) is False
    assert list(store.keys()) == []


def test_put_then_get_gives_an_equal_state(store):
    store.put(KEY, STATE)
    assert store.get(KEY) == STATE
    assert store.size(KEY) == len(blobs.seal(STATE, KEY))


def test_many_are_read_at_once(store):
    keys = [f"personal/clubs/{n}" for n in range(3)]
    for n, key in enumerate(keys[:2]):
        store.put(key, {**STATE, "n": n})
    assert store.get_many(keys) == {key: {**STATE, "n": n} for n, key in enumerate(keys[:2])}
    assert store.get_many([]) == {}


def test_many_are_changed_at_once(store):
    keys = [f"personal/clubs/{n}" for n in (10, 9, 2)]
    store.put(keys[0], {"n": 1})

    def add(states):
        return {key: {"n": (state or {"n": 0})["n"] + 1} for key, state in states.items()}

    assert store.update_many(keys, add) == {keys[0]: {"n": 2}, keys[1]: {"n": 1}, keys[2]: {"n": 1}}
    store.update_many(keys, add)
    assert [store.get(key)["n"] for key in keys] == [3, 2, 2]
    assert store.update_many([], add) == {}


def test_arrays_survive_with_dtype_shape_and_digest(store):
    arrays = {
        name: np.arange(6).reshape(2, 3).astype(name)
        for name in ("float32", "float64", "int8", "uint16", "int64", "bool")
    }
    state = {"arrays": arrays, "empty": np.zeros((0, 4), "float32"), "scalar": np.float32(0.25)}
    store.put(KEY, state)
    back = store.get(KEY)
    assert {name: array.dtype.name for name, array in back["arrays"].items()} == {name: name for name in arrays}
    assert back["empty"].shape == (0, 4)
    assert back["scalar"] == 0.25
    assert digest(back) == digest(state)


def test_states_are_copies(store):
    state = {"l": [1]}
    store.put(KEY, state)
    state["l"].append(2)
    store.get(KEY)["l"].append(3)
    assert store.get(KEY) == {"l": [1]}


def test_put_replaces(store):
    store.put(KEY, {"n": 1})
    store.put(KEY, {"n": 2})
    assert store.get(KEY) == {"n": 2}


def test_update_creates_changes_and_deletes(store):
    seen = []
    assert store.update(KEY, lambda state: seen.append(state) or {"n": 1}) == {"n": 1}
    assert store.update(KEY, lambda state: {"n": state["n"] + 1}) == {"n": 2}
    assert store.get(KEY) == {"n": 2}
    assert store.update(KEY, lambda state: None) is None
    assert store.get(KEY) is None
    assert store.update(KEY, lambda state: None) is None
    assert store.size(KEY) == 0
    assert seen == [None]


@pytest.mark.parametrize("before", [None, {"n": 1}])
def test_nothing_changes_when_fn_raises(store, before):
    if before is not None:
        store.put(KEY, before)

    def fail(state):
        if state is not None:
            state["n"] = 99
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        store.update(KEY, fail)
    assert store.get(KEY) == before
    assert store.update(KEY, lambda state: {"after": 1}) == {"after": 1}


@pytest.mark.parametrize(
    "bad", [{"x": object()}, {"x": float("nan")}, {"x": np.array([np.inf])}, {"x": {1, 2}}, {(1, 2): 3}, [1]]
)
def test_what_cannot_be_stored_is_refused_and_changes_nothing(store, bad):
    store.put(KEY, {"n": 1})
    with pytest.raises(TypeError):
        store.put(KEY, bad)
    with pytest.raises(TypeError):
        store.update(KEY, lambda state: bad)
    assert store.get(KEY) == {"n": 1}


def test_delete(store):
    store.put(KEY, {"n": 1})
    assert store.delete(KEY) is True
    assert store.get(KEY) is None
    assert store.delete(KEY) is False


def test_keys_by_prefix(store):
    names = [
        "personal/clubs/1",
        "personal/clubs/12",
        "personal/clubs/2",
        "personal/Clubs/1",
        "base/clubs/content/ab.c@d-e_f",
    ]
    for name in names:
        store.put(name, {})
    assert sorted(store.keys()) == sorted(names)
    assert list(store.keys("personal/clubs/")) == ["personal/clubs/1", "personal/clubs/12", "personal/clubs/2"]
    assert list(store.keys("personal/clubs/1")) == ["personal/clubs/1", "personal/clubs/12"]
    assert list(store.keys("nothing/")) == []
    assert list(store.keys("personal/club*")) == []


@pytest.mark.parametrize(
    "key",
    ["", "/a", "a/", "a//b", "..", "a/../b", ".hidden", "a/.b", "a b", "a\n", "가", "a\\b", "a\x00", "x" * 201, None],
)
def test_bad_keys_are_refused(store, key):
    for call in (
        store.get,
        store.delete,
        store.size,
        lambda k: store.put(k, {}),
        lambda k: store.update(k, lambda s: {}),
    ):
        with pytest.raises(ValueError, match="invalid store key"):
            call(key)


def test_too_large_a_state_is_refused(backend):
    entry = backend.entry
    small = StoreHandler({"default": {**entry, "OPTIONS": {**entry.get("OPTIONS", {}), "MAX_BYTES": 2000}}})["default"]
    small.put(KEY, {"x": b"a" * 1000})
    with pytest.raises(TooLarge, match="MAX_BYTES"):
        small.put(KEY, {"x": b"a" * 3000})
    assert small.get(KEY) == {"x": b"a" * 1000}


def test_large_states_are_compressed(store):
    store.put(KEY, {"x": np.zeros(100_000)})
    assert store.size(KEY) < 10_000
    assert store.get(KEY)["x"].shape == (100_000,)


def test_a_blob_of_another_key_is_refused(backend, store):
    store.put("personal/activities/8", {"secret": 1})
    backend.poke(KEY, store.read("personal/activities/8"))
    assert store.get(KEY) is None
    assert backend.quarantined(KEY) == 1
    assert store.get("personal/activities/8") == {"secret": 1}


def test_update_after_a_bad_blob_starts_anew(backend, store):
    store.put(KEY, {"n": 5})
    backend.poke(KEY, store.read(KEY)[:-1] + b"\x00")
    assert store.update(KEY, lambda state: {"was": state}) == {"was": None}
    assert store.get(KEY) == {"was": None}
    assert backend.quarantined(KEY) == 1


def test_delete_removes_the_quarantine_of_its_key_only(backend, store):
    for key in (KEY, KEY + "7", KEY + ".7"):
        backend.poke(key, b"junk")
        assert store.get(key) is None
    assert store.delete(KEY) is True
    assert [backend.quarantined(key) for key in (KEY, KEY + "7", KEY + ".7")] == [0, 1, 1]
    assert store.delete(KEY) is False


def test_a_thousand_bad_blobs_are_quarantined_and_never_executed(backend, store, tmp_path):
    marker = tmp_path / "executed"
    store.put(KEY, STATE)
    good = store.read(KEY)
    rng = random.Random(7)
    bad = list(hostile.payloads(marker, KEY)) + list(hostile.foreign())
    while len(bad) < 1000:
        bad.append(hostile.mutate(good, rng))
    for blob in bad:
        backend.poke(KEY, blob)
        assert store.get(KEY) is None
        assert store.get(KEY) is None
    assert not marker.exists()
    assert backend.quarantined(KEY) == sum(1 for blob in bad if blob or backend.name not in ("sqlite", "postgresql"))
    store.put(KEY, STATE)
    assert store.get(KEY) == STATE


def test_keys_rotate(store, settings):
    store.put(KEY, {"n": 1})
    settings.MODEL_SIGNING_KEYS = ["second-key-of-the-store-contract-tests", *servers.KEYS]
    assert store.get(KEY) == {"n": 1}
    assert store.needs_resign(KEY) is True
    store.update(KEY, lambda state: state)
    assert store.needs_resign(KEY) is False
    settings.MODEL_SIGNING_KEYS = ["second-key-of-the-store-contract-tests"]
    assert store.get(KEY) == {"n": 1}


def test_threads_lose_no_update(backend, store):
    def work():
        for _ in range(25):
            store.update(KEY, lambda state: {"n": (state or {"n": 0})["n"] + 1})
        if backend.databases:
            store.connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.get(KEY) == {"n": 100}


# The memory store is private to its process.
between_processes = pytest.mark.parametrize("backend", [name for name in BACKENDS if name != "memory"], indirect=True)


def start_worker(backend, tmp_path, worker: int, times: int) -> subprocess.Popen:
    job = {"databases": backend.databases, "entry": backend.entry, "keys": servers.KEYS, "worker": worker, "key": KEY}
    job |= {"times": times, "go": str(tmp_path / "go"), "ready": str(tmp_path / f"ready{worker}")}
    command = [sys.executable, str(Path(__file__).with_name("worker.py")), json.dumps(job, default=str)]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True)


@between_processes
@pytest.mark.slow
def test_a_killed_process_leaves_a_whole_state_and_no_lock(backend, store, tmp_path):
    (tmp_path / "go").touch()
    for worker in range(3):
        process = start_worker(backend, tmp_path, worker, 10**9)
        servers.wait_for(lambda worker=worker: str(worker) in (store.get(KEY) or {"by": {}})["by"], "the worker", 60)
        time.sleep(random.uniform(0.01, 0.1))
        process.kill()
        process.communicate()
        state = store.get(KEY)
        assert state["n"] == sum(state["by"].values())
        assert store.update(KEY, lambda state: state | {"after": 1})["n"] >= state["n"]
    assert backend.quarantined(KEY) == 0


@between_processes
@pytest.mark.slow
def test_eight_processes_lose_no_update(backend, store, tmp_path):
    processes = [start_worker(backend, tmp_path, worker, TIMES) for worker in range(WORKERS)]
    try:
        servers.wait_for(lambda: len(list(tmp_path.glob("ready*"))) == WORKERS, "the workers", 120)
        (tmp_path / "go").touch()
        errors = [process.communicate(timeout=240)[1] for process in processes]
    finally:
        for process in processes:
            process.kill()
    assert [error[-500:] for error in errors] == [""] * WORKERS
    assert store.get(KEY) == {"n": WORKERS * TIMES, "by": {str(worker): TIMES for worker in range(WORKERS)}}
