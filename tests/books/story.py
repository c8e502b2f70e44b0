"""Run in a process of its own by tests/recommendations/test_fifth_domain.py: a member meets books."""

import os

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.books.settings"

import django
from django.core.management import call_command
from django.test.utils import setup_databases, setup_test_environment, teardown_databases


def main() -> None:
    django.setup()
    setup_test_environment()
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        tell()
    finally:
        teardown_databases(databases, verbosity=0)


def tell() -> None:
    from django.contrib.auth import get_user_model
    from rest_framework.test import APIClient

    from recommendations.services import publish
    from tests.books.models import Book

    call_command("check", verbosity=0)
    titles = [
        ("우주의 구조", "과학"),
        ("양자 이야기", "과학"),
        ("세포의 세계", "과학"),
        ("조선의 왕", "역사"),
        ("로마 제국", "역사"),
        ("고려사 산책", "역사"),
    ]
    books = [Book.objects.create(title=title, subject=subject) for title, subject in titles]
    publish("books", books)
    call_command("train", "books", verbosity=0)
    client = APIClient()
    client.force_authenticate(
        get_user_model().objects.create_user(email="a@moa.example", password="x", nickname="alice")
    )
    for book in books[3:5]:
        sent = client.post("/api/v1/events/", {"domain": "books", "item": str(book.pk), "verb": "like"}, format="json")
        assert sent.status_code == 201, sent.content
    feed = client.get("/api/v1/recommendations/books/?n=4").json()
    assert feed["items"][0]["item"]["subject"] == "역사", feed
    rows = {row["domain"]: row for row in client.get("/api/v1/me/models/").json()}
    assert rows["books"]["events"] == 2
    call_command("rebuild_models", domain="books", check=True)
    print("the end")


if __name__ == "__main__":
    main()
