"""System checks of stores, signing keys and stored parameters: misconfiguration is found at start-up."""

from __future__ import annotations

from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connections

from ml import parameters
from ml.store import InvalidStoreError, stores
from ml.store.blobs import _keyring
from ml.store.database import DatabaseStore

REQUIRED = ("default", "bases")
WEAK = 32


@checks.register(checks.Tags.security)
def check_signing_keys(app_configs, **kwargs):
    """MODEL_SIGNING_KEYS is a list of strong strings."""
    try:
        _keyring()
    except ImproperlyConfigured as error:
        return [checks.Error(str(error), hint="Set MODEL_SIGNING_KEYS to one or more random strings.", id="ml.E001")]
    if any(len(key) < WEAK for key in settings.MODEL_SIGNING_KEYS):
        hint = (
            "Use at least 32 random characters, such as `python -c 'import secrets; print(secrets.token_urlsafe(48))'`."
        )
        return [checks.Warning("A key in MODEL_SIGNING_KEYS is short.", hint=hint, id="ml.W001")]
    return []


@checks.register()
def check_stores(app_configs, **kwargs):
    """Every configured store can be made, and the ones that the site needs are there."""
    problems: list[checks.CheckMessage] = []
    config = stores.config
    if not isinstance(config, dict):
        hint = 'Write {"default": {"BACKEND": "ml.store.database.DatabaseStore"}, "bases": {…}}.'
        return [checks.Error("PERSONAL_MODEL_STORES must be a dict.", hint=hint, id="ml.E002")]
    for alias in REQUIRED:
        if alias not in config:
            hint = f'Add {{"{alias}": {{"BACKEND": "ml.store.database.DatabaseStore"}}}}.'
            problems.append(checks.Error(f"PERSONAL_MODEL_STORES has no store {alias!r}.", hint=hint, id="ml.E003"))
    for alias in config:
        try:
            store = stores.create(alias)
        except (InvalidStoreError, TypeError, ValueError, OSError) as error:
            hint = "See docs/how-to/store.md for the backends and their options."
            problems.append(checks.Error(str(error), hint=hint, id="ml.E004"))
            continue
        if isinstance(store, DatabaseStore):
            problems += _check_database(store)
        elif type(store).__name__ == "MemoryStore" and not settings.DEBUG:
            problems.append(
                checks.Warning(
                    f"The store {alias!r} keeps models in one process' memory.",
                    hint="Use the database, file or Redis store where more than one process serves.",
                    id="ml.W003",
                )
            )
    return problems


def _check_database(store: DatabaseStore) -> list:
    if store.using not in connections:
        known = ", ".join(connections)
        hint = f"Use one of DATABASES: {known}."
        return [
            checks.Error(
                f"The store {store.alias!r} uses an unknown database {store.using!r}.", hint=hint, id="ml.E005"
            )
        ]
    connection = connections[store.using]
    if connection.vendor not in ("sqlite", "postgresql"):
        hint = "Use SQLite or PostgreSQL, or another store backend."
        return [checks.Error(f"DatabaseStore does not support {connection.vendor}.", hint=hint, id="ml.E006")]
    if connection.vendor == "sqlite" and getattr(connection, "transaction_mode", None) != "IMMEDIATE":
        mode = connection.settings_dict.get("OPTIONS", {}).get("transaction_mode")
        if mode != "IMMEDIATE":
            return [
                checks.Warning(
                    f"The SQLite database {store.using!r} does not begin transactions with a write lock.",
                    hint='Set OPTIONS["transaction_mode"] = "IMMEDIATE"; else concurrent events fail.',
                    id="ml.W002",
                )
            ]
    return []


@checks.register(checks.Tags.database)
def check_stored_parameters(app_configs, databases, **kwargs):
    """Stored values that their declaration no longer allows fall back to the default, and are reported."""
    from ml.models import ParameterValue

    if not databases or "default" not in databases:
        return []
    problems = []
    try:
        rows = list(ParameterValue.objects.values_list("scope", "name", "value"))
    except DatabaseError:  # not migrated yet
        return []
    for scope, name, value in rows:
        try:
            parameters.declared(scope, name).clean(value)
        except parameters.ParameterError as error:
            hint = "The default is used. Set it anew in the admin, or delete the row."
            problems.append(checks.Warning(f"Stored parameter {scope}.{name}: {error}", hint=hint, id="ml.W004"))
    return problems
