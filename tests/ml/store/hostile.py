"""Blobs that must never be loaded: hostile pickles (signed too), foreign files, mutations of a good blob."""

import io
import os
import pickle
import random
import zlib

import joblib
import numpy as np

from ml.store import blobs


class Run:
    """Pickles to a call of `function`."""

    def __init__(self, function, *args):
        self.function, self.args = function, args

    def __reduce__(self):
        return self.function, self.args


def sign(body: bytes, context: str, flags: int = 0) -> bytes:
    """An envelope with a valid signature around any body: what somebody with a leaked key could write."""
    key_id, keys = blobs._keyring()
    header = blobs.MAGIC + key_id + bytes((flags,))
    return header + blobs._mac(keys[key_id], context, header, body) + body


def payloads(marker, context):
    """Bodies that execute, allocate or nest without end, each bare and signed."""
    touch = f"open({str(marker)!r}, 'w')"
    bodies = [pickle.dumps({"x": Run(call, *args)}, protocol) for protocol in (0, 2, 4, 5) for call, args in (
        (os.system, (f"touch {marker}",)), (eval, (touch,)), (exec, (touch,)), (open, (str(marker), "w")),
    )]  # fmt: skip
    bodies += [
        f"cos\nsystem\n(S'touch {marker}'\ntR.".encode(),
        f"(S'touch {marker}'\nios\nsystem\n.".encode(),
        b"\x80\x05\x95\x00\x00\x00\x00\x00\x00\x00\x00cnumpy\nload\n.",
        b"\x80\x04Pid\n.",  # persistent id
        b"\x80\x05\x97.",  # out-of-band buffer
        b"\x80\x05Nr\xff\xff\xff\x7f.",  # memo index of 2^31
        b"\x80\x05\x8e" + (2**60).to_bytes(8, "little") + b".",  # bytes of 2^60
        b"\x80\x05\x8d" + (2**60).to_bytes(8, "little") + b".",
        b"\x80\x05\x96" + (2**60).to_bytes(8, "little") + b".",  # bytearray
        b"\x80\x05\x8b" + (2**30).to_bytes(4, "little") + b".",  # an integer of 2^30 bytes
        b"\x80\x05" + b"]" * 100_000 + b"a" * 99_999 + b".",  # nested lists
        b"\x80\x05" + b"}K\x01" * 1000 + b"}" + b"s" * 1000 + b".",  # nested dicts
        b"\x80\x05]\x94h\x00a.",  # a list within itself
        b"\x80\x05\x82\x01.",  # extension registry
        b"\x80\x05(", b"\x80\x05.", b".", b"", b"\x80\x05N", b"\x80\x05N.N.",
        pickle.dumps([1], 5), pickle.dumps(1, 5), pickle.dumps({"x": {1}}, 5), pickle.dumps({"x": (1,)}, 5),
        pickle.dumps({"x": np.zeros(3)}, 5), pickle.dumps({"x": float("nan")}, 5), pickle.dumps({"x": 10**30}, 5),
    ]  # fmt: skip
    for name, shape, data in (
        ["O", [1], b"x" * 8], ["<f8", [2], b"x" * 8], ["<f8", [-1], b"x" * 8], ["<f8", [2**39, 2**39], b""],
        ["|b1", [1], b"\x07"],
        ["<f8", [1], np.array([np.inf]).tobytes()], ["<U2", [1], b"x" * 8], ["V8", [1], b"x" * 8], [None, [1], b"x"],
        ["<f8", 8, b"x" * 8],
    ):  # fmt: skip
        bodies.append(_fast({"x": {"__array__": [name, shape, data]}}))
    bodies += [_fast({"x": {"__array__": [], "y": 1}}), _fast({"x": {"__array__": 1}}), _fast({b"x": 1})]
    for body in bodies:
        yield body
        yield sign(body, context)
    yield sign(_fast({"n": 1}), context, flags=9)
    yield sign(b"not zlib", context, flags=1)
    yield sign(zlib.compress(_fast({"n": 1}))[:-3], context, flags=1)
    yield sign(_fast({"n": 1}), "another/context")


def _fast(value) -> bytes:
    buffer = io.BytesIO()
    pickler = pickle.Pickler(buffer, 5)
    pickler.fast = True
    pickler.dump(value)
    return buffer.getvalue()


def foreign():
    """What other programs write."""
    buffer = io.BytesIO()
    joblib.dump({"x": np.zeros(4)}, buffer)
    yield buffer.getvalue()
    buffer = io.BytesIO()
    np.save(buffer, np.zeros(4))
    yield buffer.getvalue()
    yield from (b"", b"{}", b"null", b"MOA1", blobs.MAGIC + bytes(60), b"\x00" * 5000, os.urandom(500), "모아".encode())


def mutate(good: bytes, rng: random.Random) -> bytes:
    """`good` with a flipped bit, truncated, extended, or with bytes replaced, inserted or removed."""
    at, data = rng.randrange(len(good)), bytearray(good)
    kind = rng.randrange(6)
    if kind == 0:
        data[at] ^= 1 << rng.randrange(8)
    elif kind == 1:
        del data[at:]
    elif kind == 2:
        data += rng.randbytes(rng.randrange(1, 20))
    elif kind == 3:
        data[at : at + 8] = rng.randbytes(8)
    elif kind == 4:
        data[at:at] = rng.randbytes(rng.randrange(1, 5))
    else:
        del data[at : at + rng.randrange(1, 9)]
    return bytes(data) if bytes(data) != good else good + b"\x00"
