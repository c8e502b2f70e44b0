"""Where the settings read the environment: one reader, and the few answers that several of them need."""

from __future__ import annotations

from pathlib import Path

import environ

from config.keys import development_key, required

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

DEBUG = env.bool("DEBUG", default=True)

#: `MOA_THROTTLE=off` lifts every rate limit and lock-out, for load tests.
THROTTLED = env.str("MOA_THROTTLE", default="on").strip().lower() not in {"off", "0", "false", "no"}

#: How many reverse proxies stand before the site; 0 means that X-Forwarded-For is never believed.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)


def secret(name: str) -> str:
    """Return a secret from the environment; in development one is made once and kept in `var/dev-keys.json`."""
    value = env.str(name, default="").strip()
    if value:
        return value
    return development_key(VAR_DIR / "dev-keys.json", name) if DEBUG else required(name)
