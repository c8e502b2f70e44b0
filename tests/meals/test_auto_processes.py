"""Eight processes at once, and one that dies in between: each member gets exactly one meal."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from meals import services
from meals.auto import auto_order, placing
from meals.models import AutoOrder, AutoOrderResult, GroupMembership, Menu, Order
from recommendations.domains import domains
from recommendations.models import Event
from recommendations.verification import difference

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True, serialized_rollback=True)]
ROOT = Path(__file__).resolve().parent.parent.parent
MEMBERS, PROCESSES = 60, 8
#: The command on the database of the test that runs.
COMMAND = """
import sys, django
django.setup()
from django.core.management import call_command
from django.db import connections
connections["default"].settings_dict["NAME"] = sys.argv[1]
call_command("auto_order", "--date", sys.argv[2], "--dining-type", "lunch")
"""


@pytest.fixture
def members(make_user, company, make_menu, make_food):
    make_menu(stock=25)
    make_menu(make_food("비빔밥"), stock=200)
    users = [make_user(f"user{n}") for n in range(MEMBERS)]
    GroupMembership.objects.filter(user__in=users).delete()
    for user in users:
        services.group_join(user=user, group=company)
        AutoOrder.objects.create(user=user, dining_type="lunch", enabled=True)
    return users


def start(date):
    kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG", "TMPDIR", "LD_LIBRARY_PATH") if key in os.environ}
    env = {
        **kept,
        "DATABASE_URL": os.environ.get("MOA_TEST_DATABASE_URL", "sqlite:///unused.sqlite3"),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "MODEL_SIGNING_KEYS": ",".join(settings.MODEL_SIGNING_KEYS),
        "SECRET_KEY": settings.SECRET_KEY,
        "EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend",
        "OMP_NUM_THREADS": "1",
        "DEBUG": "on",
        "LOG_LEVEL": "ERROR",
    }
    command = [sys.executable, "-c", COMMAND, str(connection.settings_dict["NAME"]), str(date)]
    return subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def assert_each_got_one(users):
    live = Order.objects.live()
    assert sorted(live.values_list("user_id", flat=True)) == sorted(user.pk for user in users)
    assert Order.objects.count() == Event.objects.filter(verb="order").count() == len(users)
    assert sorted(Menu.objects.values_list("ordered", flat=True)) == sorted(
        live.filter(menu=menu).count() for menu in Menu.objects.all()
    )
    assert AutoOrderResult.objects.filter(outcome="ordered", order__in=live).count() == len(users)
    notices = users[0].notifications.model.objects.filter(kind="meal-ordered")
    assert sorted(notices.values_list("user_id", flat=True)) == sorted(user.pk for user in users)
    assert {difference(user.pk, domains["meals"]) for user in users} == {""}


@pytest.mark.slow
def test_eight_processes_order_once(members, tomorrow):
    processes = [start(tomorrow) for _n in range(PROCESSES)]
    outputs = [process.communicate(timeout=120) for process in processes]
    assert [process.returncode for process in processes] == [0] * PROCESSES, outputs
    counts = [json.loads(out.strip().splitlines()[-1]) for out, _err in outputs]
    assert sum(count["ordered"] for count in counts) == MEMBERS
    assert all(count["ordered"] + count["skipped"] == MEMBERS for count in counts)
    assert_each_got_one(members)


def test_a_run_that_dies_in_between_is_finished_by_the_next(members, tomorrow, monkeypatch):
    monkeypatch.setattr(placing, "BATCH", 20)
    settle, calls = placing._settle, []

    def dies_in_the_second_batch(*args):
        calls.append(args)
        if len(calls) == 2:
            raise KeyboardInterrupt
        settle(*args)

    monkeypatch.setattr(placing, "_settle", dies_in_the_second_batch)
    with pytest.raises(KeyboardInterrupt):
        auto_order(tomorrow, "lunch")
    assert Order.objects.count() == 20
    monkeypatch.setattr(placing, "_settle", settle)
    assert auto_order(tomorrow, "lunch").counts == {"ordered": 40, "skipped": 20}
    assert_each_got_one(members)
    assert AutoOrderResult.objects.filter(mailed_at=None).count() == 0
