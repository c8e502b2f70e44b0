"""A process of its own that updates one key of a store many times: ``python worker.py JSON``."""

import json
import sys
import time
from pathlib import Path


def main(job: dict) -> None:
    import django
    from django.conf import settings

    databases = job["databases"] or {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
    databases.setdefault("default", next(iter(databases.values())))
    settings.configure(
        DATABASES=databases, INSTALLED_APPS=[], MODEL_SIGNING_KEYS=job["keys"], USE_TZ=True, TIME_ZONE="Asia/Seoul"
    )
    django.setup()
    from ml.store.handler import StoreHandler

    store = StoreHandler({"default": job["entry"]})["default"]
    me = str(job["worker"])

    def increment(state):
        state = state or {"n": 0, "by": {}}
        state["n"] += 1
        state["by"][me] = state["by"].get(me, 0) + 1
        return state

    Path(job["ready"]).touch()
    while not Path(job["go"]).exists():
        time.sleep(0.005)
    for _ in range(job["times"]):
        store.update(job["key"], increment)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
    main(json.loads(sys.argv[1]))
