"""Base of admins whose rows are written by the code only."""

from typing import Any

from unfold.admin import ModelAdmin


class ReadOnlyAdmin(ModelAdmin):
    """Everything visible, nothing changeable."""

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class Titled:
    """A row that the head of its page calls by another name than `str` does."""

    def __init__(self, row: Any, title: str):
        self._row, self._title = row, title

    def __getattr__(self, name: str) -> Any:
        return getattr(self._row, name)

    def __str__(self) -> str:
        return self._title
