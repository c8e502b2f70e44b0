from django.apps import AppConfig


class BooksConfig(AppConfig):
    name = "tests.books"
    label = "books"
