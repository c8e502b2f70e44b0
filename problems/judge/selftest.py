"""The judge's test of itself: attacks that must fail, a bad program that must be stopped, an honest one that must work."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from problems.judge.results import Limits
from problems.judge.sandbox import Sandbox

LIMITS = Limits(cpu_s=2, wall_s=20, memory_mb=128, output_kb=64)
DONE = b"BREACH"

#: Name → program that prints BREACH where it got through. {path} is a file with a secret, {port} a listening socket,
#: {pid} this process.
ATTACKS = {
    "reads a file of the host": "print('BREACH' if open({path!r}).read() else '')",
    "writes a file of the host": "open({path!r} + '.new', 'w').write('x'); print('BREACH')",
    "writes anywhere": """
import os
for folder in ('/', '/tmp', '/dev/shm', '/var/tmp', '/usr/lib', '.'):
    try:
        os.close(os.open(folder + '/moa-breach', os.O_CREAT | os.O_WRONLY)); print('BREACH')
    except OSError: pass
""",
    "connects to a port of the host": "import socket; socket.create_connection(('127.0.0.1', {port}), 1); print('BREACH')",
    "starts a process": "import os\nif os.fork() == 0: os._exit(0)\nprint('BREACH')",
    "signals a process of the host": "import os; os.kill({pid}, 0); print('BREACH')",
    "reads another's environment": "open('/proc/{pid}/environ', 'rb'); print('BREACH')",
    "maps more memory than allowed": "x = bytearray(512 << 20); print('BREACH')",
}
HONEST = b"import math\nprint(math.factorial(20) + int(input()))"


def self_test(sandbox: Sandbox) -> str:
    """Attack the sandbox; return why it cannot be trusted, or "" when all held. Takes some 0.3 seconds."""
    run = sandbox.run(HONEST, b"1\n", LIMITS)
    if run.outcome != "ok" or run.stdout != b"2432902008176640001\n":
        return (
            f"an honest program ended as {run.outcome}: {run.message or run.stderr.decode('utf-8', 'replace')[-300:]}"
        )
    with _bait() as facts:
        for name, program in ATTACKS.items():
            run = sandbox.run(program.format(**facts).encode(), b"", LIMITS)
            if DONE in run.stdout:
                return f"an attack got through: a program {name}"
            if run.outcome == "ie":
                return run.message
    flood = sandbox.run(b"while True: print('x' * 1000)", b"", LIMITS)
    return "" if flood.outcome in ("ole", "tle") else f"endless output ended as {flood.outcome}"


@contextmanager
def _bait() -> Iterator[dict[str, object]]:
    """Lay out what the attacks are after."""
    with (
        tempfile.NamedTemporaryFile("w", prefix="moa-bait-") as secret,
        socket.create_server(("127.0.0.1", 0)) as server,
    ):
        secret.write("secret")
        secret.flush()
        os.chmod(secret.name, 0o644)  # what protects it is the sandbox, not its mode
        yield {"path": secret.name, "port": server.getsockname()[1], "pid": os.getpid()}
