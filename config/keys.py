"""Secrets of a development machine: made once, kept in a git-ignored file, shared by all processes."""

from __future__ import annotations

import json
import os
import secrets
import tempfile
from pathlib import Path
from typing import NoReturn

from django.core.exceptions import ImproperlyConfigured

NAMES = ("SECRET_KEY", "MODEL_SIGNING_KEYS")


def required(name: str) -> NoReturn:
    """Say which variable a production site lacks, and how to make its value."""
    raise ImproperlyConfigured(
        f"{name} is not set and DEBUG is off. Set {name} in the environment or in .env, for example to the output of: "
        'python3 -c "import secrets; print(secrets.token_urlsafe(64))"'
    )


def development_key(path: Path, name: str) -> str:
    """Return the named secret from the file at `path`, which is made by the first process that asks."""
    if not path.exists():
        _make(path)
    try:
        return str(json.loads(path.read_text())[name])
    except (ValueError, KeyError, TypeError) as error:
        raise ImproperlyConfigured(
            f"{path} is damaged ({error!r}). Delete it; the next start makes a new one."
        ) from error


def _make(path: Path) -> None:
    """Write all secrets in one step: of several processes starting at once, the first link wins and none reads half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".dev-keys-")  # mkstemp gives 0600
    try:
        with os.fdopen(handle, "w") as file:
            json.dump({name: secrets.token_urlsafe(64) for name in NAMES}, file)
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        os.unlink(draft)
