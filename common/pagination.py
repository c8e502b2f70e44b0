"""Pages of lists: {next, previous, results}, by cursor, so that rows added meanwhile neither repeat nor vanish."""

from __future__ import annotations

from typing import Any

from rest_framework import pagination
from rest_framework.response import Response


class CursorPagination(pagination.CursorPagination):
    """Newest first by primary key; a view changes `ordering` where it has a better one (end it with a unique column)."""

    ordering: Any = "-pk"
    page_size = 20
    page_size_query_param = "n"
    max_page_size = 100

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"next": self.get_next_link(), "previous": self.get_previous_link(), "results": data})
