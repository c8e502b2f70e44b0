"""Files that want to run code, exhaust memory or confuse: each is refused with a message, and nothing runs."""

import os
import pickle
import random
import struct
import time
import tracemalloc
import zlib
from pathlib import Path

import pytest

from ml import adopt
from tests.ml.adopt import makers
from tests.ml.adopt.makers import call, name, refusal, text

MARK = "/tmp/moa-adopt-was-run"  # what hostile files try to make
TOUCH = text(f"touch {MARK}")
PIPELINE = name("sklearn.pipeline", "Pipeline") + b")\x81"
WRAPPER = name("joblib.numpy_pickle", "NumpyArrayWrapper") + b")\x81"


class Reduced:
    """Pickles as a call of anything."""

    def __init__(self, *parts):
        self.parts = parts

    def __reduce__(self):
        return self.parts


def deep(opcode, times):
    return b")" + opcode * times


NDARRAY = name("numpy", "ndarray")


def wrapper(dtype, shape, data=b"", subclass=NDARRAY):
    """An array as joblib writes it; all parts are opcodes."""
    state = text("subclass") + subclass + text("shape") + shape + text("order") + text("C")
    state += text("dtype") + call("numpy", "dtype", text(dtype)) + text("numpy_array_alignment_bytes") + b"N"
    return WRAPPER + b"}(" + state + b"ub" + data


HOSTILE = {
    "os.system": call("os", "system", TOUCH),
    "posix.system": call("posix", "system", TOUCH),
    "subprocess": call("subprocess", "check_output", TOUCH),
    "eval": call("builtins", "eval", text(f"open('{MARK}', 'w')")),
    "python 2 eval": call("__builtin__", "eval", text(f"open('{MARK}', 'w')")),
    "exec": call("builtins", "exec", text(f"open('{MARK}', 'w')")),
    "open": call("io", "open", text(MARK), text("w")),
    "numpy.f2py": call("numpy.f2py.diagnose", "run_command", TOUCH),
    "numpy crackfortran": call("numpy.f2py.crackfortran", "myeval", text(f"open('{MARK}', 'w')")),
    "numpy.load": call("numpy", "load", text(MARK)),
    "joblib.load": call("joblib", "load", text(MARK)),
    "joblib's own import": call("joblib.numpy_pickle", "load", text(MARK)),
    "joblib memmap": call("joblib.backports", "make_memmap", text(MARK)),
    "cloudpickle": call("cloudpickle.cloudpickle", "_make_function", text("x")),
    "attrgetter": call("operator", "attrgetter", text("__class__.__base__")),
    "methodcaller": call("operator", "methodcaller", text("__subclasses__")),
    "dotted name": name("sklearn.pipeline", "Pipeline.__init__.__globals__"),
    "dotted module": call("sklearn.pipeline.os", "system", TOUCH),
    "getattr chain": call("builtins", "getattr", name("numpy", "dtype"), text("__class__")) + b"(" + TOUCH + b"tR",
    "getattr of a module": call("builtins", "getattr", name("sys", "modules"), text("os")),
    "nested call": call("os", "system", call("builtins", "str", TOUCH)),
    "call of a result": call("sklearn.pipeline", "Pipeline") + b"(" + TOUCH + b"tR",
    "call in a memo": call("sklearn.pipeline", "Pipeline") + b"q\x000h\x00(" + TOUCH + b"tR",
    "build __setstate__": PIPELINE + b"}" + text("__setstate__") + name("os", "system") + b"s" + b"b",
    "build with text": PIPELINE + TOUCH + b"b",
    "build of a global": name("sklearn.pipeline", "Pipeline") + b"}" + text("__init__") + TOUCH + b"sb",
    "build of __class__": PIPELINE + b"}" + text("__class__") + text("os.system") + b"sb",
    "build of a number": b"K\x01}b",
    "old instance": b"(" + TOUCH + b"ios\nsystem\n",
    "old object": b"(" + name("os", "system") + TOUCH + b"o",
    "new object of a function": name("os", "system") + TOUCH + b"\x85\x81",
    "new object of dtype": name("numpy", "dtype") + text("O") + b"\x85\x81",
    "keywords": name("os", "system") + b")}\x92",
    "persistent id": b"Pos.system\n",
    "binary persistent id": TOUCH + b"Q",
    "extension code": b"\x82\x01",
    "out-of-band buffer": b"\x97",
    "stack global": text("os") + text("system") + b"\x93" + TOUCH + b"\x85R",
    "stack global of numbers": b"K\x01K\x02\x93",
    "items of an object": PIPELINE + b"(" + text("a") + TOUCH + b"u",
    "append to an object": PIPELINE + TOUCH + b"a",
    "reconstruct a class": call("copyreg", "_reconstructor", name("os", "system"), name("builtins", "object"), b"N"),
    "reconstruct another array": call(
        "numpy.core.multiarray", "_reconstruct", name("sklearn.pipeline", "Pipeline"), b"K\x00\x85", b"C\x01b"
    ),
    "array of pointers": WRAPPER
    + b"}("
    + text("dtype")
    + call("numpy", "dtype", text("O"))
    + text("shape")
    + b"K\x01\x85ub",
    "array of pointers, no pickle": call(
        "numpy.core.numeric",
        "_frombuffer",
        b"C\x08AAAAAAAA",
        call("numpy", "dtype", text("O")),
        b"K\x01\x85",
        text("C"),
    ),
    "number of pointers": call("numpy.core.multiarray", "scalar", call("numpy", "dtype", text("O")), b"C\x08AAAAAAAA"),
    "structured dtype": wrapper("f8,O", b"K\x01\x85"),
    "void dtype": wrapper("V1000000000", b"K\x01\x85"),
    "array subclass": wrapper("f8", b"K\x01\x85", b"A" * 8, name("numpy", "memmap")),
    "nested pickle": wrapper("O", b"K\x01\x85", call("os", "system", TOUCH) + b"."),
    "nested wrappers": wrapper("O", b"K\x01\x85") * 5,
    "wrong codec": call("_codecs", "encode", TOUCH, text("rot13")),
    # Bombs
    "array of a petabyte": wrapper("f8", b"\x8a\x06\0\0\0\0\0\x04\x85"),
    "array of negative size": wrapper("f8", b"J\xff\xff\xff\xff\x85"),
    "long shape": wrapper("f8", b"(" + b"K\x01" * 100 + b"t"),
    "wide texts": wrapper("U999999", b"M\xff\xff\x85"),
    "bytes of a terabyte": b"\x8e" + struct.pack("<Q", 2**40) + b"x",
    "bytearray of a terabyte": b"\x96" + struct.pack("<Q", 2**40) + b"x",
    "text of an exabyte": b"\x8d" + struct.pack("<Q", 2**62) + b"x",
    "bytes() of a number": call("builtins", "bytes", b"J\xff\xff\xff\x7f"),
    "bytearray() of a number": call("builtins", "bytearray", b"J\xff\xff\xff\x7f"),
    "number of 4 GB": b"\x8b\xff\xff\xff\x7f",
    "number of many digits": b"I" + b"9" * 9000 + b"\n",
    "ten million lists": b"](" + b"]" * 10_000_001 + b"e",
    "ten million steps": b"N0" * 5_000_001,
    "copies of one text": b"B"
    + struct.pack("<I", 2**20)
    + b"A" * 2**20
    + b"q\0"
    + call("builtins", "set", b"]q\1(" + b"N" * 100_000 + b"e")
    + (b"h\0" + name("builtins", "set") + b"h\1\x85R") * 1000,
    "laughs as key": b"}" + deep(b"2\x86", 80) + b"Ns",
    "laughs in a set": call("builtins", "set", b"]" + deep(b"2\x86", 80) + b"a"),
    "laughs in a frozenset": b"(" + deep(b"2\x86", 80) + b"\x91",
    "laughs as version": PIPELINE + b"}" + text("steps") + deep(b"2\x86", 80) + b"sb",
    "deep nesting": b"(" * 100_000 + b"t" * 100_000,
    # Damage
    "empty": b"",
    "text": b"hello, this is no pickle",
    "stack underflow": b"R",
    "no such memo": b"h\x07",
    "mark as value": b"((\x86",
    "protocol of the future": b"\x80\x63N",
    "endless line": b"c" + b"a" * 100_000,
    "not a pipeline": b"K\x2a",
    "bare class": name("sklearn.pipeline", "Pipeline"),
    "empty pipeline": PIPELINE,
}


@pytest.fixture(autouse=True)
def _nothing_runs(tmp_path):
    Path(MARK).unlink(missing_ok=True)
    yield
    assert not Path(MARK).exists()


@pytest.mark.parametrize("kind", sorted(HOSTILE))
def test_refused_quickly_and_small(kind):
    data = HOSTILE[kind] + b"."
    if "million" not in kind:  # tracing makes these ten times slower
        tracemalloc.start()
    began = time.perf_counter()
    try:
        refusal(data)
        assert tracemalloc.get_traced_memory()[1] < 400 * 2**20
    finally:
        tracemalloc.stop()
    assert time.perf_counter() - began < 60


@pytest.mark.parametrize("protocol", range(2, 6))
@pytest.mark.parametrize("place", ["steps", "vocabulary_", "alpha", "classes_", "_tfidf", "stop_words"])
def test_code_within_a_real_pipeline(place, protocol):
    model = makers.fitted("tfidf")
    step = model if place == "steps" else model[-1] if place in ("alpha", "classes_") else model[0]
    before = step.__dict__[place]
    step.__dict__[place] = Reduced(os.system, (f"touch {MARK}",))
    try:
        message = refusal(makers.dumped(model, protocol=protocol))
    finally:
        step.__dict__[place] = before
    assert "posix.system" in message


def test_names_that_the_table_lets_pass_do_nothing():
    """Even a file of permitted names only is records and arrays: not one of them is what it is in Python."""
    found = adopt.read(call("builtins", "getattr", name("numpy", "dtype"), text("__class__")) + b".")
    assert (type(found).__name__, found.path) == ("Record", "builtins.getattr")


def test_truncated_anywhere():
    data = makers.dumped(makers.fitted("tfidf"))
    for size in range(0, len(data) - 1, 37):
        refusal(data[:size])


@pytest.mark.parametrize("compress", [("zlib", 3), ("gzip", 3), ("bz2", 3), ("lzma", 3), ("xz", 3)], ids=str)
def test_truncated_and_damaged_compression(compress):
    data = makers.dumped(makers.fitted("tfidf"), compress=compress)
    for size in (2, 10, len(data) // 2, len(data) - 1):
        refusal(data[:size])
    refusal(data[:40] + bytes(byte ^ 255 for byte in data[40:60]) + data[60:])


def test_flipped_bytes_never_do_more_than_raise_our_error():
    data, chance = makers.dumped(makers.fitted("tfidf")), random.Random(0)
    for _ in range(1500):
        at = chance.randrange(len(data))
        changed = data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]
        try:
            found = adopt.describe(adopt.read(changed))
            adopt.to_base(found, found.classes, "0" * 64)
        except adopt.AdoptError as error:
            assert str(error)  # noqa: PT017


def test_decompression_bombs():
    bomb = zlib.compressobj(9)
    data = b"".join(bomb.compress(bytes(2**20)) for _ in range(300)) + bomb.flush()
    assert refusal(data) == "the file expands to more than 256 MB; text pipelines do not"
    assert "damaged" in refusal(b"\x5d\0\xff\xff\xff\xff" + b"\xff" * 8 + bytes(50))  # asks for a dictionary of 4 GB


def test_pickle_itself_would_have_run_them(tmp_path):
    """The samples are real: Python's pickle does run the first of them."""
    marker = tmp_path / "ran"
    pickle.loads(call("os", "system", text(f"touch {marker}")) + b".")
    assert marker.exists()
