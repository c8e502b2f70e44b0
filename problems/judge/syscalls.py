"""The system calls that a running program may make, as a seccomp filter: everything not named here gets EPERM."""

from __future__ import annotations

import errno
import os
from functools import cache

#: What CPython and a program that reads, computes and prints need. Nothing here makes a process, a socket or a file.
_ALLOWED = (
    # reading, writing, closing
    "read write readv writev pread64 pwrite64 preadv pwritev lseek close close_range fstat newfstatat stat lstat statx "
    "access faccessat faccessat2 open openat readlink readlinkat getcwd chdir getdents64 getdents poll ppoll select "
    "pselect6 dup dup2 dup3 fadvise64 "
    # memory
    "mmap munmap mprotect mremap brk madvise mincore "
    # time and its own signals
    "clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time times getitimer setitimer alarm "
    "rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending sigaltstack restart_syscall "
    # asking who and where it is
    "getpid gettid getppid getpgrp getpgid getsid getuid geteuid getgid getegid getgroups getresuid getresgid "
    "getrusage getrlimit uname sysinfo sched_getaffinity sched_yield getcpu getrandom "
    # starting, threads' locks, ending; wait4 is for bubblewrap's own init
    "execve arch_prctl set_tid_address set_robust_list rseq futex membarrier wait4 exit exit_group"
)

#: fcntl's harmless commands: F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_DUPFD_CLOEXEC.
FCNTL = (0, 1, 2, 3, 1030)
#: ioctl's: TCGETS (is it a terminal?), FIOCLEX, FIONREAD.
IOCTL = (0x5401, 0x5451, 0x541B)


class Unavailable(Exception):
    """The filter cannot be made here; the message says what is missing."""


@cache
def seccomp_filter() -> bytes:
    """Return the filter as a BPF program for this machine's architecture.

    clone3 says ENOSYS so that glibc asks for clone, which is refused: an error that programs expect.
    """
    try:
        import pyseccomp
    except (ImportError, RuntimeError, OSError) as error:
        raise Unavailable(f"libseccomp is missing ({error}): apt-get install libseccomp2") from error
    rules = pyseccomp.SyscallFilter(pyseccomp.ERRNO(errno.EPERM))
    for name in _ALLOWED.split():
        _add(rules, pyseccomp.ALLOW, name)
    for name, commands in (("fcntl", FCNTL), ("ioctl", IOCTL)):
        for command in commands:
            _add(rules, pyseccomp.ALLOW, name, pyseccomp.Arg(1, pyseccomp.EQ, command))
    own = pyseccomp.Arg(0, pyseccomp.EQ, 0)
    reading = pyseccomp.Arg(2, pyseccomp.EQ, 0)
    _add(rules, pyseccomp.ALLOW, "prlimit64", own, reading)
    _add(rules, pyseccomp.ERRNO(errno.ENOSYS), "clone3")
    return _export(rules)


def _add(rules: object, action: int, name: str, *arguments: object) -> None:
    """Add one rule; a call that this architecture never had (open, stat, … on ARM) needs none."""
    import pyseccomp

    if pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name) >= 0:
        rules.add_rule(action, name, *arguments)  # type: ignore[attr-defined]


def _export(rules: object) -> bytes:
    descriptor = os.memfd_create("filter")
    with os.fdopen(descriptor, "w+b") as file:
        rules.export_bpf(file)  # type: ignore[attr-defined]
        file.seek(0)
        return file.read()
