"""The pull from another database: only what is new, in bounded batches, resumable, and never a write there."""

import importlib
import json
import os
import sqlite3

import psycopg2
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError

from meals import tasks
from meals.models import Food, Menu, Order, SourceTable
from meals.source import SourceError, pull
from meals.source.tables import connect
from recommendations.models import CatalogueEntry, Event

TABLES = """
CREATE TABLE foods (id INTEGER PRIMARY KEY, title TEXT, category TEXT, price INTEGER, maker TEXT, updated_at TIMESTAMP);
CREATE TABLE menus (id INTEGER PRIMARY KEY, food INTEGER, "group" TEXT, date DATE, dining_type TEXT, price INTEGER,
  stock INTEGER, updated_at TIMESTAMP);
CREATE TABLE orders (id INTEGER PRIMARY KEY, "user" TEXT, menu INTEGER, price INTEGER, status TEXT, created_at TIMESTAMP,
  rating INTEGER);
"""


class Sqlite:
    """A source in a file."""

    def __init__(self, tmp_path, name="source"):
        self.path = tmp_path / f"{name}.sqlite3"
        self.url = f"sqlite:///{self.path}"
        self.run(TABLES)

    def run(self, sql):
        with sqlite3.connect(self.path) as database:
            database.executescript(sql)


class Postgres:
    """A source on a server, in a schema of its own."""

    def __init__(self, url):
        self.url = url
        self.run("DROP TABLE IF EXISTS foods; DROP TABLE IF EXISTS menus; DROP TABLE IF EXISTS orders;" + TABLES)

    def run(self, sql):
        database = psycopg2.connect(self.url)
        with database, database.cursor() as cursor:
            cursor.execute(sql)
        database.close()


@pytest.fixture(params=["sqlite", "postgres"])
def source(request, tmp_path, settings):
    if request.param == "postgres":
        made = Postgres(os.environ.get("MOA_TEST_DATABASE_URL") or request.getfixturevalue("postgres_url"))
    else:
        made = Sqlite(tmp_path)
    settings.SOURCE_DATABASE_URL = made.url
    return made


def fill(source, foods=5):
    rows = ", ".join(
        f"({n}, '음식 {n}', '한식', {n * 1000}, '식당', '2026-01-01 10:00:0{n % 10}')" for n in range(1, foods + 1)
    )
    source.run(f"INSERT INTO foods VALUES {rows};")
    source.run("INSERT INTO menus VALUES (1, 1, '다온', '2026-01-05', 'lunch', 1000, 10, '2026-01-02 09:00:00');")
    source.run("INSERT INTO orders VALUES (1, 'kim', 1, 900, 'delivered', '2026-01-04 09:00:00', 5);")


def read(outcome):
    return {name: counts["created"] + counts["updated"] for name, counts in outcome.counts.items()}


def test_everything_once_then_only_what_changed(db, source):
    fill(source)
    assert read(pull()) == {"foods": 5, "menus": 1, "orders": 1}
    order = Order.objects.get()
    assert (order.price, order.status, order.rating, order.user.is_placeholder) == (900, "delivered", 5, True)
    assert sorted(Event.objects.values_list("verb", "context")) == [
        ("like", str(order.menu_id)),
        ("order", str(order.menu_id)),
    ]
    assert CatalogueEntry.objects.filter(domain="meals").count() == 5
    assert read(pull()) == {"foods": 0, "menus": 0, "orders": 0}
    source.run("UPDATE foods SET title = '새 이름', updated_at = '2026-02-01 00:00:00' WHERE id = 3;")
    source.run("INSERT INTO orders VALUES (2, 'lee', 1, 900, 'delivered', '2026-01-04 09:30:00', NULL);")
    assert read(pull()) == {"foods": 1, "menus": 0, "orders": 1}
    assert Food.objects.get(external_id="3").name == "새 이름"
    assert Menu.objects.get().ordered == 2


def test_bounded_runs_go_on_where_they_stopped(db, source):
    fill(source, foods=9)
    assert pull(batch=2, limit=3).counts["foods"]["read"] == 3
    assert Food.objects.count() == 3
    place = SourceTable.objects.get(name="foods")
    assert (place.key, place.rows) == ("3", 3)
    while pull(batch=4, limit=8).counts["foods"]["created"]:
        pass
    assert Food.objects.count() == 9


def test_rows_that_came_late_are_found(db, source):
    fill(source)
    pull()
    source.run("INSERT INTO foods VALUES (50, '늦은 음식', '한식', 1, '식당', '2026-01-01 09:59:00');")
    assert read(pull())["foods"] == 1


def test_a_crash_loses_and_repeats_nothing(db, source, monkeypatch):
    module = importlib.import_module("meals.source.pull")
    fill(source, foods=6)
    save, calls = module._save, []

    def dies(*args):
        calls.append(args)
        if len(calls) == 2:
            raise KeyboardInterrupt
        save(*args)

    monkeypatch.setattr(module, "_save", dies)
    with pytest.raises(KeyboardInterrupt):
        pull(batch=2)
    assert Food.objects.count() == SourceTable.objects.get(name="foods").rows == 2
    monkeypatch.setattr(module, "_save", save)
    pull(batch=2)
    assert Food.objects.count() == 6


def test_the_source_cannot_be_written(db, source):
    connection = connect(source.url)
    try:
        with pytest.raises(DatabaseError), connection.cursor() as cursor:
            cursor.execute("INSERT INTO foods (id, title) VALUES (99, 'x')")
    finally:
        connection.close()


def test_other_names_and_bad_rows(db, tmp_path, settings, capsys):
    source = Sqlite(tmp_path)
    settings.SOURCE_DATABASE_URL = source.url
    source.run(
        "CREATE TABLE dish (no INTEGER, label TEXT, cost TEXT); DROP TABLE foods; DROP TABLE menus; DROP TABLE orders;"
    )
    source.run("INSERT INTO dish VALUES (1, '국수', '5000'), (2, '', '1'), (3, '밥', 'cheap'), (4, '죽', '-5');")
    names = {"foods": {"table": "dish", "columns": {"id": "no", "title": "label", "price": "cost"}}}
    settings.SOURCE_MAP = json.dumps(names)
    call_command("pull_source")
    told = capsys.readouterr()
    assert "foods: 3 bad, 1 created, 4 read" in told.out
    assert "menus: the source has no such table" in told.out
    assert "dish, 3: price: 'cheap' is not a number" in told.err
    assert [food.name for food in Food.objects.all()] == ["국수"]


@pytest.mark.parametrize(
    ("url", "names", "message"),
    [
        ("", "", "SOURCE_DATABASE_URL"),
        ("sqlite:////nowhere/at/all.sqlite3", "", "does not answer"),
        ("mysql://u:secret@localhost/x", "", "PostgreSQL and SQLite"),
        ("good", "{", "not JSON"),
        ("good", '{"plates": {}}', "no table plates"),
        ("good", '{"foods": {"columns": {"colour": "x"}}}', "no column colour"),
        ("good", '{"foods": {"columns": {"title": "heading"}}}', "foods has no column heading"),
    ],
    ids=["no url", "no file", "engine", "json", "table", "our column", "their column"],
)
def test_what_is_wrong_is_named(db, tmp_path, settings, url, names, message):
    source = Sqlite(tmp_path)
    settings.SOURCE_DATABASE_URL, settings.SOURCE_MAP = source.url if url == "good" else url, names
    with pytest.raises(CommandError, match=message) as caught:
        call_command("pull_source")
    assert "secret" not in str(caught.value)


def test_a_table_that_cannot_be_read_stops_no_other(db, tmp_path, settings):
    source = Sqlite(tmp_path)
    fill(source)
    source.run("ALTER TABLE menus DROP COLUMN food")
    outcome = pull(source.url)
    assert "food" in outcome.errors["menus"]
    assert outcome.counts["foods"]["created"] == 5
    with pytest.raises(SourceError):
        pull("")


def test_the_scheduled_pull(db, tmp_path, settings):
    assert tasks.pull_source() == {}
    source = Sqlite(tmp_path)
    fill(source)
    settings.SOURCE_DATABASE_URL = source.url
    assert tasks.pull_source()["foods"]["created"] == 5
    source.run("ALTER TABLE menus DROP COLUMN food")
    with pytest.raises(RuntimeError, match="menus"):
        tasks.pull_source()
