"""Programs that try to get out of the sandbox or waste what it has: attacks.txt and waste.txt, and what goes before each."""

from pathlib import Path

PRELUDE = """
import ctypes, errno, os, sys
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
def attempt(action, *arguments):
    try:
        result = action(*arguments)
    except (OSError, RuntimeError, ImportError, MemoryError, ValueError, AttributeError) as error:
        print('DENIED', type(error).__name__, error, flush=True)
    else:
        print('BREACH', repr(result)[:200], flush=True)
def call(name, *arguments):
    number = FACTS['calls'].get(name)
    if number is None:
        function = getattr(libc, name)
        result = function(*arguments)
    else:
        result = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(a) if isinstance(a, int) else a for a in arguments])
    if result == -1:
        raise OSError(ctypes.get_errno(), name)
    return result
"""

#: Numbers of system calls that libc has no function for, by architecture.
CALLS = {
    "x86_64": {
        "clone": 56, "fork": 57, "vfork": 58, "clone3": 435, "tkill": 200, "tgkill": 234, "rt_sigqueueinfo": 129,
        "pidfd_open": 434, "pidfd_send_signal": 424, "pidfd_getfd": 438, "io_uring_setup": 425, "bpf": 321,
        "perf_event_open": 298, "userfaultfd": 323, "kexec_load": 246, "init_module": 175, "add_key": 248, "keyctl": 250,
        "pivot_root": 155, "open_by_handle_at": 304, "name_to_handle_at": 303, "seccomp": 317, "memfd_secret": 447,
        "fsopen": 430, "move_mount": 429, "open_tree": 428, "mount_setattr": 442, "landlock_create_ruleset": 444,
        "process_madvise": 440, "kcmp": 312, "syslog": 103, "capset": 126, "adjtimex": 159, "shmget": 29, "msgget": 68,
        "semget": 64, "mq_open": 240, "fanotify_init": 300, "inotify_init1": 294, "eventfd2": 290, "timerfd_create": 283,
        "signalfd4": 289, "epoll_create1": 291, "personality": 135, "modify_ldt": 154, "iopl": 172, "ptrace": 101,
        "swapon": 167, "acct": 163, "quotactl": 179, "sethostname": 170, "reboot": 169, "setns": 308, "unshare": 272,
    },
    "aarch64": {
        "clone": 220, "clone3": 435, "tkill": 130, "tgkill": 131, "rt_sigqueueinfo": 138, "pidfd_open": 434,
        "pidfd_send_signal": 424, "pidfd_getfd": 438, "io_uring_setup": 425, "bpf": 280, "perf_event_open": 241,
        "userfaultfd": 282, "kexec_load": 104, "init_module": 105, "add_key": 217, "keyctl": 219, "pivot_root": 41,
        "seccomp": 277, "capset": 91, "shmget": 194, "msgget": 186, "semget": 190, "mq_open": 180, "personality": 92,
        "ptrace": 117, "setns": 268, "unshare": 97,
    },
}  # fmt: skip


def read(name: str) -> dict[str, str]:
    """Return header → program of a file of programs."""
    text = (Path(__file__).parent / name).read_text(encoding="utf-8")
    parts = [part.partition("\n") for part in text.split("\n# == ")[1:]]
    return {header.strip(): program.strip() for header, _, program in parts}


ATTACKS = read("attacks.txt")
#: Name → (program, outcomes that are right).
WASTE = {
    header.partition(":")[0]: (program, set(header.partition(":")[2].split()))
    for header, program in read("waste.txt").items()
}
