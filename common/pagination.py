"""Pages of lists: {next, previous, results}, by cursor, so that rows added meanwhile neither repeat nor vanish."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from rest_framework import pagination
from rest_framework.exceptions import NotFound
from rest_framework.response import Response


class CursorPagination(pagination.CursorPagination):
    """Newest first by primary key; a view changes `ordering` where it has a better one (end it with a unique column)."""

    ordering: Any = "-pk"
    page_size = 20
    page_size_query_param = "n"
    max_page_size = 100

    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> list[Any] | None:
        """Refuse a cursor whose position the ordering's column cannot hold, where REST framework answers 500."""
        try:
            return super().paginate_queryset(queryset, request, view)
        except (ValueError, ValidationError) as error:
            if not request.query_params.get(self.cursor_query_param):
                raise
            raise NotFound(self.invalid_cursor_message) from error

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"next": self.get_next_link(), "previous": self.get_previous_link(), "results": data})


class OrderedPagination(CursorPagination):
    """Pages in the order that `?ordering=` names, of those that the view offers."""

    def get_ordering(self, request: Any, queryset: Any, view: Any) -> Any:
        orderings = getattr(view, "orderings", {})
        return orderings.get(request.query_params.get("ordering"), orderings.get("latest", ("-created_at", "-id")))


class InTimePagination(CursorPagination):
    """Oldest first: comments and requests."""

    def get_ordering(self, request: Any, queryset: Any, view: Any) -> Any:
        return ("id",)
