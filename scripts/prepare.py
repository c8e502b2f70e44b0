"""The data part of `make run`, in one process: migrations, then `manage.py bootstrap`; quick when there is nothing to do."""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor


def migrate() -> None:
    """Apply what is missing, and say so."""
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        print(f"moa: migrating the database ({len(missing)} steps) …", flush=True)
        call_command("migrate", verbosity=0, interactive=False)


def bootstrap() -> None:
    """Load and train what is missing; MOA_BOOTSTRAP says how much: on, no-demo (only what a real site needs), off."""
    from config.env import env

    wanted = env.str("MOA_BOOTSTRAP", default="on")
    if wanted not in {"on", "no-demo", "off"}:
        raise ImproperlyConfigured(f"MOA_BOOTSTRAP is {wanted!r}; it must be on, no-demo or off.")
    if wanted != "off":
        call_command("bootstrap", no_demo=wanted == "no-demo", queue=True)


def main() -> int:
    """Prepare the database; 1 with a sentence on stderr when that cannot be done."""
    try:
        django.setup()
    except (ImproperlyConfigured, ValueError) as error:  # ValueError: a number or an address that cannot be read
        print(f"moa: the settings are not right: {error}", file=sys.stderr)
        return 1
    try:
        migrate()
        bootstrap()
        if not _debug():
            call_command("collectstatic", interactive=False, verbosity=0)
    except ImproperlyConfigured as error:
        print(f"moa: the settings are not right: {error}", file=sys.stderr)
    except DatabaseError as error:
        print(f"moa: the database ({_database()}) does not work: {error}", file=sys.stderr)
    except CommandError as error:
        print(f"moa: {error}", file=sys.stderr)
    else:
        return 0
    return 1


def _debug() -> bool:
    from django.conf import settings

    return bool(settings.DEBUG)


def _database() -> str:
    """Name the database without its password."""
    settings = connection.settings_dict
    return f"{connection.vendor} {settings.get('HOST') or ''} {settings['NAME']}".replace("  ", " ")


if __name__ == "__main__":
    sys.exit(main())
