"""Settings of the tests: the site's own, with fixed secrets, no rate limits, and nothing kept outside temporary folders."""

import os
import tempfile

os.environ.update(
    DEBUG="on",
    MOA_THROTTLE="off",
    SECRET_KEY="secret-key-of-the-tests-which-is-long-enough-0123456789",
    MODEL_SIGNING_KEYS="signing-key-of-the-tests-0123456789abcdef",
    REDIS_URL="",
    ALLOWED_HOSTS="localhost,127.0.0.1,testserver",
    LOG_LEVEL="ERROR",
    EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend",
    # A developer's own database must never be what the tests run on.
    DATABASE_URL=os.environ.get("MOA_TEST_DATABASE_URL", "sqlite:///:memory:"),
)

from config.settings import *

_folder = tempfile.TemporaryDirectory(prefix="moa-tests-")  # one per process, removed when it ends

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file, as on the site: threads and processes see each other's locks, which shared memory has not.
    DATABASES["default"]["NAME"] = f"{_folder.name}/db.sqlite3"
    DATABASES["default"]["TEST"] = {"NAME": f"{_folder.name}/test.sqlite3"}

MEDIA_ROOT = f"{_folder.name}/media"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
Q_CLUSTER = {**Q_CLUSTER, "sync": True}
TRAINING_APART = False  # another process sees nothing of a test's transaction
