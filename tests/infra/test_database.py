"""How the database is set up, on SQLite and on PostgreSQL."""

import threading

import pytest
from django.contrib.sites.models import Site
from django.db import close_old_connections, connection, transaction
from django.db.models import F

pytestmark = pytest.mark.postgres


@pytest.mark.django_db
def test_sqlite_has_the_pragmas_that_concurrency_and_erasure_need():
    if connection.vendor != "sqlite":
        assert connection.vendor == "postgresql"
        return
    with connection.cursor() as cursor:
        found = [
            cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("synchronous", "foreign_keys", "secure_delete")
        ]
    assert found == [1, 1, 1]


@pytest.mark.django_db(transaction=True)
def test_threads_that_read_then_write_lose_nothing():
    site = Site.objects.create(domain="0", name="counter")

    def count():
        try:
            for _ in range(10):
                with transaction.atomic():
                    row = Site.objects.select_for_update().get(pk=site.pk)
                    Site.objects.filter(pk=site.pk).update(domain=str(int(row.domain) + 1))
        finally:
            close_old_connections()
            connection.close()

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Site.objects.values_list(F("domain"), flat=True).get(pk=site.pk) == "40"
