"""Database, cache, sessions and the stores of personal models."""

from config.env import DEBUG, VAR_DIR, env, secret

VAR_DIR.mkdir(exist_ok=True)

DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'db.sqlite3'}")}
DATABASES["default"] |= {"CONN_MAX_AGE": env.int("CONN_MAX_AGE", default=600), "CONN_HEALTH_CHECKS": True}

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # IMMEDIATE: a deferred transaction that reads and then writes fails at once when another process wrote between,
    # whatever the timeout. secure_delete: what a member erases must not stay in the file's free pages.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA foreign_keys=ON;PRAGMA secure_delete=ON;",
    }

#: Where `manage.py` reads another system's data from; none by default.
SOURCE_DATABASE_URL = env.str("SOURCE_DATABASE_URL", default="")
#: JSON: how tables and columns are called there (docs/how-to/source.md).
SOURCE_MAP = env.str("SOURCE_MAP", default="")

REDIS_URL = env.str("REDIS_URL", default="")
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL, "KEY_PREFIX": "moa"}
    if REDIS_URL
    else {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "moa",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    }
}

# Knows whose each session is, so that a member's sessions can be ended and erased.
SESSION_ENGINE = "accounts.sessions"
SESSION_SERIALIZER = "django.contrib.sessions.serializers.JSONSerializer"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30

#: Keys that sign the stored models: the first signs, all verify. Separated by commas; to rotate, put the new one first.
MODEL_SIGNING_KEYS = [key.strip() for key in secret("MODEL_SIGNING_KEYS").split(",") if key.strip()]

PERSONAL_MODEL_STORES = {
    "default": {"BACKEND": "ml.store.database.DatabaseStore", "OPTIONS": {}},
    "bases": {"BACKEND": "ml.store.database.DatabaseStore", "OPTIONS": {"MAX_BYTES": 256 * 1024 * 1024}},
}

LOG_LEVEL = env.str("LOG_LEVEL", default="INFO").upper()
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    # JSON always: the console renderer prints local variables, secrets among them, where `rich` is installed.
    "formatters": {"json": {"()": "config.logs.formatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"level": LOG_LEVEL},
        "django.server": {"handlers": ["console"], "level": LOG_LEVEL, "propagate": False},
        "django_structlog": {"level": "WARNING" if DEBUG else LOG_LEVEL},
        "axes": {"level": "WARNING"},
    },
}
LOGGING_CONFIG = "config.logs.configure"
