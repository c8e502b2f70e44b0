"""Style, layers, types, migrations and deployment settings, so that what holds today holds tomorrow."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
BIN = Path(sys.executable).parent
APPS = ("accounts", "activities", "meals", "problems", "pages", "recommendations")
CODE = (*APPS, "common", "config", "fixtures", "ml", "scripts")


def run(*command, **env):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "DJANGO_"))}
    return subprocess.run(command, cwd=ROOT, env={**kept, **env}, capture_output=True, text=True, check=False)


def assert_clean(done):
    assert done.returncode == 0, f"{done.stdout[-6000:]}\n{done.stderr[-3000:]}"


def test_ruff():
    assert_clean(run(str(BIN / "ruff"), "check", "--no-cache", "."))


def test_format():
    assert_clean(run(str(BIN / "ruff"), "format", "--no-cache", "--check", "."))


def test_imports_point_one_way():
    assert_clean(run(str(BIN / "lint-imports"), "--no-cache"))


@pytest.mark.slow
def test_types(tmp_path):
    assert_clean(run(str(BIN / "mypy"), "--cache-dir", str(tmp_path)))


def test_no_migration_is_missing():
    assert_clean(run(sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"))


PRODUCTION = {
    "DEBUG": "off",
    "SECRET_KEY": "yQ3-p8Zt0cVbX5rLk2Jm9NfHs7DwTg4Ua6EoRi1PqYxCzBvMnGdSjKhWl",
    "MODEL_SIGNING_KEYS": "one-key-of-the-tests-0123456789abcdef",
    "ALLOWED_HOSTS": "moa.example",
    "DATABASE_URL": "sqlite:///:memory:",
}


def test_deployment_settings_are_clean():
    done = run(sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert_clean(done)
    assert "no issues (" in done.stdout


@pytest.mark.parametrize("name", ["SECRET_KEY", "MODEL_SIGNING_KEYS"])
def test_a_missing_secret_is_named(name):
    done = run(sys.executable, "manage.py", "check", **{**PRODUCTION, name: ""})
    assert done.returncode != 0
    assert f"{name} is not set and DEBUG is off. Set {name} in the environment or in .env" in done.stderr


def test_files_are_short_and_say_what_they_are_for():
    files = [path for folder in CODE for path in (ROOT / folder).rglob("*.py") if "migrations" not in path.parts]
    texts = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in files}
    long = {name: text.count("\n") for name, text in texts.items() if text.count("\n") >= 300}
    silent = [name for name, text in texts.items() if text.strip() and not re.match(r'(#!.*\n)?r?"""', text)]
    assert long == {}
    assert silent == []


def test_every_dependency_is_pinned_and_explained():
    lines = [
        line for name in ("requirements.txt", "requirements-dev.txt") for line in (ROOT / name).read_text().split("\n")
    ]
    wanted = [line for line in lines if line and not line.startswith(("#", "-r"))]
    pins = [re.fullmatch(r"([A-Za-z0-9-]+)(\[[a-z,]+\])?==[0-9.]+", line) for line in wanted]
    assert [line for line, pin in zip(wanted, pins, strict=True) if not pin] == []
    told = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8").lower()
    assert [pin[1] for pin in pins if f"| {pin[1].lower()} |" not in told] == []


def test_every_setting_of_the_environment_is_in_the_example():
    sources = [*(ROOT / "config").rglob("*.py"), *(ROOT / "scripts").glob("*.py")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    names = set(re.findall(r'(?:env\.\w+|secret|setting)\(\s*"([A-Z_]+)"', text))
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert sorted(name for name in names if f"\n#{name}=" not in example) == []
