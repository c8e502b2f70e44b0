"""A task row that somebody put in by SQL does not run code."""

import pickle
from base64 import b64encode
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone
from django_q.models import Task
from django_q.tasks import async_task, fetch

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


class Hostile:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


def put_in(column, value):
    now = timezone.now()
    Task.objects.create(id="x" * 32, name="row", func="math.sqrt", started=now, stopped=now)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE django_q_task SET {column} = %s", [value])


@pytest.mark.parametrize("column", ["args", "kwargs", "result"])
def test_a_hostile_row_does_nothing_and_the_admin_lists_it(client, staff, tmp_path, column):
    target = tmp_path / "pwned"
    put_in(column, b64encode(pickle.dumps(Hostile(target))).decode())
    client.force_login(staff)
    Task.objects.update(success=True)
    pages = [
        client.get("/admin/django_q/success/").status_code,
        client.get(f"/admin/django_q/success/{'x' * 32}/change/").status_code,
    ]
    assert pages == [200, 200]
    assert not target.exists()


@pytest.mark.parametrize("value", ["", "###", b64encode(b"\x80\x05broken").decode()])
def test_a_damaged_row_is_a_sentence(value):
    put_in("result", value)
    assert isinstance(Task.objects.get().result, str)


def test_plain_values_and_times_come_back():
    value = {"rows": 3, "at": datetime(2026, 1, 2, tzinfo=UTC), "names": ("가", None), "share": 0.5}
    assert fetch(async_task(dict, **value)).result == value
