"""Interprets a pickle stream as joblib writes it, opcode by opcode: nothing is imported, called or executed.

Python's own Unpickler is not used, so that there is nothing to forget to override; opcodes that these files do not need
(persistent ids, extension codes, out-of-band buffers, old-style instances) do not exist here.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

from ml.adopt import names
from ml.adopt.errors import AdoptError, shown
from ml.adopt.stream import Stream
from ml.adopt.values import Array, Dtype, Name, Record, array_of, checked_shape, is_key, keys, size_of

MAX_NESTED = 2  # an array of objects is a pickle within the pickle
_MARK = object()


def read(data: bytes) -> Any:
    """What the stream holds, made of plain values and `ml.adopt.values`; AdoptError for whatever is not allowed."""
    stream = Stream(data)
    try:
        return Machine(stream).load()
    except AdoptError:
        raise
    except MemoryError as error:
        raise AdoptError("the file asks for more memory than there is") from error
    except Exception as error:  # a malformed stream raises nearly anything, and the answer is always the same
        raise AdoptError(
            f"the file is damaged, or not a pickle ({type(error).__name__} at byte {stream.at})"
        ) from error


class Machine:
    """A stack, a memo, and one method for each opcode."""

    def __init__(self, stream: Stream, depth: int = 0):
        self.stream, self.depth = stream, depth
        self.stack: list[Any] = []
        self.memo: dict[int, Any] = {}

    def load(self) -> Any:
        stream, steps, stop = self.stream, OPCODES, pickle.STOP[0]
        data, end = stream.data, len(stream.data)
        while True:
            stream.opcodes -= 1
            if stream.opcodes < 0:
                stream.spend("opcodes")
            if stream.at >= end:
                stream.take(1)
            code = data[stream.at]
            stream.at += 1
            if code == stop:
                return self.pop()
            step = steps.get(code)
            if step is None:
                raise AdoptError(f"the file is not a pickle that joblib wrote (opcode {code} at byte {stream.at - 1})")
            step(self)

    def push(self, value: Any) -> None:
        self.stack.append(value)

    def pop(self) -> Any:
        value = self.stack.pop()
        if value is _MARK:
            raise AdoptError("the file is damaged: a mark where a value belongs")
        return value

    def pop_marked(self) -> list:
        at = len(self.stack) - 1
        while self.stack[at] is not _MARK:
            at -= 1
            if at < 0:
                raise AdoptError("the file is damaged: no mark")
        items = self.stack[at + 1 :]
        del self.stack[at:]
        return items

    def top(self, kind: type) -> Any:
        if type(self.stack[-1]) is not kind:
            raise AdoptError(f"the file adds items to something that is not a {kind.__name__}")
        return self.stack[-1]

    def container(self, value: Any) -> None:
        self.stream.spend("containers")
        self.push(value)

    # Names and objects ------------------------------------------------------------------------------------------

    def find(self, module: Any, name: Any) -> None:
        if type(module) is not str or type(name) is not str:
            raise AdoptError("the file names a global by something else than text")
        self.push(names.find(module, name, self.stack[-8:]))

    def stack_global(self) -> None:
        name, module = self.pop(), self.pop()
        self.find(module, name)

    def call(self) -> None:
        args, callee = self.pop(), self.pop()
        if not isinstance(callee, Name) or callee.entry.build is None:
            what = callee.path if isinstance(callee, Name) else f"a {type(callee).__name__}"
            raise AdoptError(f"the file calls {shown(what)}, which may not be called")
        if type(args) is not tuple:
            raise AdoptError(f"the file calls {callee.path} with something else than arguments")
        self.stream.spend("copied", 64 + sum(size_of(arg) for arg in args))
        self.push(callee.entry.build(callee.path, args))

    def new(self) -> None:
        args, cls = self.pop(), self.pop()
        if not isinstance(cls, Name) or cls.entry.build is not names.record or type(args) is not tuple:
            raise AdoptError(
                f"the file makes an instance of {shown(getattr(cls, 'path', cls))}, which is no known class"
            )
        self.container(Record(cls.path, args))

    def new_with_keywords(self) -> None:
        self.pop()
        self.new()

    def build(self) -> None:
        state, target = self.pop(), self.stack[-1]
        if not isinstance(target, (Record, Dtype, Array)):
            raise AdoptError("the file sets the state of something that has none")
        target.set_state(state)
        if isinstance(target, Record) and names.TABLE[target.path].kind == "wrapper":
            self.stack[-1] = self.embedded(target)

    def embedded(self, wrapper: Record) -> Array:
        """The array whose bytes joblib wrote right after its wrapper."""
        dtype, shape = wrapper.get("dtype"), checked_shape(wrapper.get("shape"))
        subclass = wrapper.get("subclass")
        if not isinstance(dtype, Dtype) or not isinstance(subclass, Name) or subclass.path != "numpy.ndarray":
            raise AdoptError("an array of an unknown class or dtype")
        if dtype.is_object:
            return self.nested()
        if wrapper.get("numpy_array_alignment_bytes") is not None:  # since joblib 1.2
            self.stream.take(self.stream.take(1)[0])
        size = dtype.real().itemsize
        for length in shape:
            size *= length
        return Array(array_of(self.stream.take(size), dtype, shape, wrapper.get("order")))

    def nested(self) -> Array:
        if self.depth >= MAX_NESTED:
            raise AdoptError("arrays of objects within arrays of objects")
        found = Machine(self.stream, self.depth + 1).load()
        if not isinstance(found, Array):
            raise AdoptError("an array of objects holds something else")
        return found

    # Containers -------------------------------------------------------------------------------------------------

    def put_items(self, target: dict, items: list) -> None:
        if len(items) % 2:
            raise AdoptError("the file is damaged: a key without a value")
        for key, value in zip(items[::2], items[1::2], strict=True):
            if not is_key(key):
                raise AdoptError(f"a dict has a {type(key).__name__} as key")
            target[key] = value

    def set_item(self) -> None:
        value, key = self.pop(), self.pop()
        self.put_items(self.top(dict), [key, value])

    def set_items(self) -> None:
        items = self.pop_marked()
        self.put_items(self.top(dict), items)

    def make_dict(self) -> None:
        out: dict = {}
        self.put_items(out, self.pop_marked())
        self.container(out)

    def append(self) -> None:
        value = self.pop()
        self.top(list).append(value)

    def appends(self) -> None:
        items = self.pop_marked()
        self.top(list).extend(items)

    def add_items(self) -> None:
        items = self.pop_marked()
        self.top(set).update(keys(items))

    def make_tuple(self, size: int) -> None:
        items = [self.pop() for _ in range(size)]
        self.push(tuple(reversed(items)))

    # Plain values -----------------------------------------------------------------------------------------------

    def text(self, layout: str) -> None:
        self.push(str(self.stream.take(self.stream.unpack(layout)), "utf-8", "surrogatepass"))

    def raw(self, layout: str) -> None:
        self.push(bytes(self.stream.take(self.stream.unpack(layout))))

    def long(self, layout: str) -> None:
        size = self.stream.unpack(layout)
        if size > 64:
            raise AdoptError("the file holds a number of more than 64 bytes")
        self.push(int.from_bytes(self.stream.take(size), "little", signed=True))

    def text_number(self) -> None:
        line = self.stream.line().removesuffix(b"L")
        if len(line) > 100:
            raise AdoptError("the file holds a number of more than 100 digits")
        self.push({b"00": False, b"01": True}[line] if line in (b"00", b"01") else int(line))

    def protocol(self) -> None:
        number = self.stream.take(1)[0]
        if number > pickle.HIGHEST_PROTOCOL:
            raise AdoptError(f"a pickle of protocol {number}, which is newer than this Python's")

    def remember(self, at: int) -> None:
        self.memo[at] = self.stack[-1]

    def recall(self, at: int) -> None:
        self.push(self.memo[at])


def _constant(value: Any) -> Callable[[Machine], None]:
    return lambda machine: machine.push(value)


def _steps() -> dict[int, Callable[[Machine], Any]]:
    p = pickle
    table: dict[bytes, Callable[[Machine], Any]] = {
        p.PROTO: Machine.protocol,
        p.FRAME: lambda m: m.stream.take(8),  # a frame's content simply follows
        p.MARK: _constant(_MARK),
        p.POP: lambda m: m.stack.pop(),
        p.POP_MARK: Machine.pop_marked,
        p.DUP: lambda m: m.push(m.stack[-1]),
        p.NONE: _constant(None),
        p.NEWTRUE: _constant(True),
        p.NEWFALSE: _constant(False),
        p.BININT: lambda m: m.push(m.stream.unpack("<i")),
        p.BININT1: lambda m: m.push(m.stream.unpack("<B")),
        p.BININT2: lambda m: m.push(m.stream.unpack("<H")),
        p.INT: Machine.text_number,
        p.LONG: Machine.text_number,
        p.LONG1: lambda m: m.long("<B"),
        p.LONG4: lambda m: m.long("<I"),
        p.FLOAT: lambda m: m.push(float(m.stream.line())),
        p.BINFLOAT: lambda m: m.push(m.stream.unpack(">d")),
        p.UNICODE: lambda m: m.push(m.stream.line().decode("raw-unicode-escape")),
        p.SHORT_BINUNICODE: lambda m: m.text("<B"),
        p.BINUNICODE: lambda m: m.text("<I"),
        p.BINUNICODE8: lambda m: m.text("<Q"),
        p.SHORT_BINBYTES: lambda m: m.raw("<B"),
        p.BINBYTES: lambda m: m.raw("<I"),
        p.BINBYTES8: lambda m: m.raw("<Q"),
        p.BYTEARRAY8: lambda m: m.raw("<Q"),
        p.EMPTY_LIST: lambda m: m.container([]),
        p.EMPTY_DICT: lambda m: m.container({}),
        p.EMPTY_SET: lambda m: m.container(set()),
        p.EMPTY_TUPLE: _constant(()),
        p.LIST: lambda m: m.container(m.pop_marked()),
        p.DICT: Machine.make_dict,
        p.FROZENSET: lambda m: m.container(frozenset(keys(m.pop_marked()))),
        p.TUPLE: lambda m: m.push(tuple(m.pop_marked())),
        p.TUPLE1: lambda m: m.make_tuple(1),
        p.TUPLE2: lambda m: m.make_tuple(2),
        p.TUPLE3: lambda m: m.make_tuple(3),
        p.APPEND: Machine.append,
        p.APPENDS: Machine.appends,
        p.SETITEM: Machine.set_item,
        p.SETITEMS: Machine.set_items,
        p.ADDITEMS: Machine.add_items,
        p.PUT: lambda m: m.remember(int(m.stream.line())),
        p.BINPUT: lambda m: m.remember(m.stream.unpack("<B")),
        p.LONG_BINPUT: lambda m: m.remember(m.stream.unpack("<I")),
        p.MEMOIZE: lambda m: m.remember(len(m.memo)),
        p.GET: lambda m: m.recall(int(m.stream.line())),
        p.BINGET: lambda m: m.recall(m.stream.unpack("<B")),
        p.LONG_BINGET: lambda m: m.recall(m.stream.unpack("<I")),
        p.GLOBAL: lambda m: m.find(m.stream.line().decode(), m.stream.line().decode()),
        p.STACK_GLOBAL: Machine.stack_global,
        p.REDUCE: Machine.call,
        p.NEWOBJ: Machine.new,
        p.NEWOBJ_EX: Machine.new_with_keywords,
        p.BUILD: Machine.build,
    }
    return {code[0]: step for code, step in table.items()}


OPCODES = _steps()
