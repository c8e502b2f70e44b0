"""Landlock and seccomp by system call: a process confines itself, without packages, root or user namespaces."""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Sequence

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same numbers on every architecture
_PR_SET_PDEATHSIG, _PR_SET_SECCOMP, _PR_SET_SUBREAPER, _PR_SET_NO_NEW_PRIVS = 1, 22, 36, 38
_SECCOMP_MODE_FILTER = 2
_EXECUTE, _READ_FILE, _READ_DIR = 1, 4, 8
#: Rights over files that each version of the interface knows; all of them are denied where no rule allows them.
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}


def landlock_version() -> int:
    """Return the version of the kernel's Landlock interface, 0 where there is none."""
    return max(0, _libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint(1)))


def restrict_files(paths: Sequence[str]) -> None:
    """Let this process read and execute these paths and touch no other file, port, socket or process, for ever."""
    version = landlock_version()
    if not version:
        raise OSError("this kernel has no Landlock")
    files = (1 << _FILE_RIGHTS.get(version, 16)) - 1
    network = 3 if version >= 4 else 0  # bind and connect TCP
    scope = 3 if version >= 6 else 0  # abstract sockets and signals stay inside
    attributes = struct.pack("=QQQ", files, network, scope)[: 8 if version < 4 else 16 if version < 6 else 24]
    ruleset = _call(_CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), ctypes.c_uint(0))
    for path in paths:
        descriptor = os.open(path, os.O_PATH)
        rights = _READ_FILE | (_READ_DIR if os.path.isdir(path) else _EXECUTE)
        _call(
            _ADD_RULE, ctypes.c_int(ruleset), ctypes.c_int(1), struct.pack("=Qi", rights, descriptor), ctypes.c_uint(0)
        )
        os.close(descriptor)
    _call(_RESTRICT_SELF, ctypes.c_int(ruleset), ctypes.c_uint(0))
    os.close(ruleset)


def restrict_calls(program: bytes) -> None:
    """Load a seccomp filter (a BPF program) into this process."""
    buffer = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(buffer))
    _prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.create_string_buffer(header, len(header)))


def no_new_privileges() -> None:
    """Give up gaining rights by executing anything; both restrictions ask for it."""
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)


def die_with_parent(signal: int) -> None:
    """Have this process killed when the one that started it ends."""
    _prctl(_PR_SET_PDEATHSIG, signal)


def adopt_orphans() -> None:
    """Become the parent of whatever this process's descendants leave behind, so that it can be reaped."""
    _prctl(_PR_SET_SUBREAPER, 1)


def _call(number: int, *arguments: object) -> int:
    result = _libc.syscall(number, *arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), f"system call {number}: {os.strerror(ctypes.get_errno())}")
    return int(result)


def _prctl(option: int, value: object, more: object = 0) -> None:
    arguments = [ctypes.c_ulong(item) if isinstance(item, int) else item for item in (value, more, 0, 0)]
    if _libc.prctl(option, *arguments):
        raise OSError(ctypes.get_errno(), f"prctl {option}: {os.strerror(ctypes.get_errno())}")
