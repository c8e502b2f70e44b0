"""Settings of the benchmarks: the site's own as in production, on a temporary database, without rate limits."""

import os

os.environ.update(
    DEBUG="off",
    HTTPS="off",
    MOA_THROTTLE="off",
    SECRET_KEY="secret-key-of-the-benchmarks-which-is-long-enough-0123456789",
    MODEL_SIGNING_KEYS="signing-key-of-the-benchmarks-0123456789abcdef",
    REDIS_URL="",
    ALLOWED_HOSTS="127.0.0.1,testserver",
    LOG_LEVEL="CRITICAL",
    # Never a developer's own database: without a path of its own there is none.
    DATABASE_URL=f"sqlite:///{os.environ['MOA_BENCH_DATABASE']}",
)

from config.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.urls"
STORAGES = {
    **STORAGES,  # noqa: F405
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
