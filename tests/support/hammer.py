"""Processes that do to models what web processes do: ``python -m tests.support.hammer``, lists of jobs in, results out."""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
import traceback


def prepare(job: dict) -> None:
    """Look at the job's database and stores."""
    from django.conf import settings
    from django.db import connections

    connections["default"].settings_dict["NAME"] = job["database"]
    if job["store"]:
        settings.PERSONAL_MODEL_STORES = {**settings.PERSONAL_MODEL_STORES, "default": job["store"]}


def record(job: dict) -> int:
    from accounts.models import User
    from recommendations.services import record_event

    user = User.objects.get(pk=job["user"])
    count = 0
    for n in range(job["times"]):
        item = job["items"][n % len(job["items"])]
        key = f"{job['prefix']}{n}" if job.get("prefix") else None
        count += record_event(domain="activities", item=item, verb=job["verb"], user=user, client_id=key)[1]
    return count


def forget(job: dict) -> int:
    from accounts.models import User
    from recommendations.services import forget_event

    user = User.objects.get(pk=job["user"])
    return sum(forget_event(user, event) for event in job["events"])


def reset(job: dict) -> int:
    from accounts.models import User
    from recommendations import services

    user = User.objects.get(pk=job["user"])
    for _ in range(job["times"]):
        services.reset(user, "activities")
    return job["times"]


def adopt(job: dict) -> int:
    from accounts.models import User
    from recommendations.services import adopt_visitor

    return adopt_visitor(job["visitor"], User.objects.get(pk=job["user"]))


def restore(job: dict) -> int:
    from accounts.models import User
    from recommendations import portable, transfer
    from recommendations.domains import domains

    entries, _digest = portable.parse(job["file"].encode(), domains["activities"])
    return transfer.restore(User.objects.get(pk=job["user"]), domains["activities"], entries).recorded


def kill(job: dict) -> int:
    """Fork a process that records without end, let it come to its work, kill it at a random moment."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        try:
            while True:
                record({**job, "times": 1})
                os.write(writing, b".")
        finally:
            os._exit(1)
    os.close(writing)
    os.read(reading, 1)
    time.sleep(random.uniform(0, job["within"]))
    os.kill(child, signal.SIGKILL)
    os.close(reading)
    return os.WTERMSIG(os.waitpid(child, 0)[1])


JOBS = {job.__name__: job for job in (record, forget, reset, adopt, restore, kill)}


def perform(job: dict) -> dict:
    try:
        prepare(job)
        time.sleep(max(0, job["at"] - time.time()))
        return {"done": JOBS[job["do"]](job)}
    except Exception:
        return {"error": traceback.format_exc()[-3000:]}


def start(job: dict) -> int:
    """Fork a process for one job; returns where its result is read from."""
    reading, writing = os.pipe()
    if not os.fork():
        try:
            os.close(reading)
            with os.fdopen(writing, "w") as file:
                json.dump(perform(job), file)
        finally:
            os._exit(0)
    os.close(writing)
    return reading


def main() -> None:
    """Import once; a process that has computed nothing and has no connection is safe to fork."""
    import django

    django.setup()
    print("ready", flush=True)
    for line in sys.stdin:
        jobs = json.loads(line)
        results = []
        for reading in [start(job) for job in jobs]:
            with os.fdopen(reading) as file:
                results.append(json.load(file))
        for _ in jobs:
            os.wait()
        print(json.dumps(results), flush=True)


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    main()
