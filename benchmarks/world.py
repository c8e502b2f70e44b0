"""Temporary databases to measure on: the demo data's generator at any size, loaded and trained as on the site."""

from __future__ import annotations

import shutil
import sqlite3
import time
from functools import partial
from pathlib import Path

import numpy as np

SIZES = {1200: (90, 320), 20_000: (900, 120)}  # activities → clubs, members


def template(folder: Path, activities: int) -> Path:
    """The path of a loaded and trained database in `folder`; not there yet where nobody called `build`."""
    return folder / f"world-{activities}.sqlite3"


def copy(folder: Path, activities: int, to: Path) -> Path:
    """A part's own copy of a world."""
    shutil.copyfile(template(folder, activities), to)
    return to


def build(activities: int) -> None:
    """Fill the (empty) database of this process."""
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection, transaction

    from accounts.services import ensure_reference_data
    from activities import demo
    from fixtures import generate, load
    from recommendations.domains import domains
    from recommendations.tasks import train_family

    start = time.perf_counter()
    folder = Path(settings.DATABASES["default"]["NAME"]).parent / f"rows-{activities}"
    clubs, members = SIZES.get(activities, (max(activities // 20, 5), 40))
    options = ["--activities", activities, "--clubs", clubs, "--members", members]
    generate.main(["--out", str(folder), *map(str, options)])
    demo.load.read = partial(load.read, folder=folder)  # the loader knows only the committed files
    call_command("migrate", verbosity=0)
    with transaction.atomic():
        ensure_reference_data()
        demo.load_all(print)
    for name in ("activities", "clubs"):
        for family in domains[name].families:
            train_family(name, family)
    connection.close()
    with sqlite3.connect(settings.DATABASES["default"]["NAME"]) as database:  # one file that can be copied
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    print(f"a world of {activities:,} activities took {time.perf_counter() - start:.0f} s")


def members(n: int, *, events: int = 100, seed: int = 1) -> list:
    """`n` new members, each with a model of `events` views, written in bulk and without a log of its own.

    The database store is transactional, so that reading a model asks for no log.
    """
    from accounts.models import User
    from ml.families.history import fixed
    from ml.families.verbs import code
    from ml.store import stores
    from recommendations import catalogue, personal

    rng = np.random.default_rng(seed)
    snapshot = catalogue.current("activities")
    refs = np.array([snapshot.item(position).ref for position in range(len(snapshot))])
    last = User.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    users = [
        User(email=f"bench{last + k}@moa.example", nickname=f"bench{last + k}", password="!", region_id=1 + k % 17)
        for k in range(n)
    ]
    User.objects.bulk_create(users, batch_size=1000)
    store = stores["default"]
    for user in users:
        state = {**personal.new_state("activities"), "sequence": events, "events": events}
        learned = personal.Learned(state)
        for n, ref in enumerate(rng.choice(refs, events).tolist()):
            learned.history.add(ref, fixed(1))
            if learned.trace is not None:
                learned.trace.add(1_780_000_000 + 3600 * n, ref, code("view"), fixed(1))
        store.put(personal.key(user.pk, "activities"), {**state, "delta": learned.pack()})
    return users


def sessions(users: list) -> list[str]:
    """A log-in cookie for each user, written in bulk."""
    import datetime as dt

    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.utils import timezone

    from accounts.models import MemberSession
    from accounts.sessions import SessionStore
    from accounts.tokens import BACKEND

    store, until = SessionStore(), timezone.now() + dt.timedelta(days=1)
    rows = [
        MemberSession(
            session_key=store._get_new_session_key(),
            user_id=user.pk,
            expire_date=until,
            session_data=store.encode(
                {
                    SESSION_KEY: str(user.pk),
                    BACKEND_SESSION_KEY: BACKEND,
                    HASH_SESSION_KEY: user.get_session_auth_hash(),
                }
            ),
        )
        for user in users
    ]
    MemberSession.objects.bulk_create(rows, batch_size=1000)
    return [row.session_key for row in rows]
