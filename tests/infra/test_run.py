"""`make run` for real: it starts, says clearly why it cannot, and leaves no process behind."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
STAMP = ROOT / ".venv" / ".moa-run"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("make-run"),
    pytest.mark.skipif(not STAMP.exists() or not shutil.which("make"), reason="needs make and a finished make setup"),
]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def environment(tmp_path):
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("DJANGO_", "PYTEST_", "MAKE", "MFLAGS"))
    }
    settings = {"PORT": str(free_port()), "DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3", "DEBUG": "on"}
    return {**kept, **settings, "REDIS_URL": "", "MOA_BOOTSTRAP": "off", "PYTHON": sys.executable}


@pytest.fixture
def make_run(environment):
    started = []

    def start():
        command = ["make", "run", f"PYTHON={sys.executable}"]
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            start_new_session=True,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(15)


def wait_until_up(process):
    lines = []
    for line in process.stdout:
        lines.append(line)
        if "Ctrl-C" in line:
            return lines
    raise AssertionError("".join(lines))


def processes_with(marker):
    """Return the ids of living processes whose environment holds the marker."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state = (folder / "stat").read_text().rsplit(")", 1)[1].split()[0]
            if state != "Z" and marker.encode() in (folder / "environ").read_bytes():
                found.append(int(folder.name))
        except OSError:
            continue
    return found


@pytest.mark.parametrize("to_group", [True, False], ids=["group", "make only"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
def test_a_signal_ends_everything(make_run, environment, number, to_group):
    process = make_run()
    wait_until_up(process)
    with urllib.request.urlopen(f"http://127.0.0.1:{environment['PORT']}/healthz") as answer:
        assert answer.status == 200
    assert len(processes_with(environment["DATABASE_URL"])) >= 5
    began = time.monotonic()
    (os.killpg if to_group else os.kill)(process.pid, number)
    process.communicate(timeout=15)
    while processes_with(environment["DATABASE_URL"]) and time.monotonic() < began + 10:
        time.sleep(0.05)
    assert processes_with(environment["DATABASE_URL"]) == []


def test_a_taken_port_is_named_before_anything_starts(make_run, environment, tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", int(environment["PORT"])))
        other.listen()
        output, _ = make_run().communicate(timeout=20)
    assert f"port {environment['PORT']} on 127.0.0.1 is taken" in output
    assert "Traceback" not in output
    assert list(tmp_path.iterdir()) == []


def test_a_service_that_dies_takes_the_others_with_it(make_run, environment):
    process = make_run()
    wait_until_up(process)
    marker = environment["DATABASE_URL"]
    web = next(pid for pid in processes_with(marker) if b"granian" in Path(f"/proc/{pid}/cmdline").read_bytes())
    os.kill(web, signal.SIGKILL)
    output, _ = process.communicate(timeout=20)
    assert "the web server ended with status -9" in output
    assert processes_with(marker) == []


@pytest.mark.parametrize("port", ["abc", "0", "70000"])
def test_a_wrong_port_is_named(make_run, environment, port):
    environment["PORT"] = port
    output, _ = make_run().communicate(timeout=20)
    assert f"PORT is {port!r}; it must be a number from 1 to 65535." in output
    assert "Traceback" not in output


def test_a_database_that_does_not_answer_is_named(make_run, environment):
    environment["DATABASE_URL"] = "postgres:///moa?host=/nowhere&user=postgres"
    output, _ = make_run().communicate(timeout=60)
    assert "the database (postgresql moa) does not work" in output
    assert "Traceback" not in output


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("DEBUG", "off", "SECRET_KEY is not set and DEBUG is off"),
        ("TRUSTED_PROXIES", "many", "the settings are not right"),
        ("MOA_BOOTSTRAP", "maybe", "it must be on, no-demo or off"),
    ],
)
def test_wrong_settings_are_named(make_run, environment, name, value, message):
    environment.update({"SECRET_KEY": "", name: value})
    output, _ = make_run().communicate(timeout=60)
    assert message in output
    assert "Traceback" not in output
