"""What the views of all apps share: errors in HTTP's words, responses for the schema, rows by id, flags of filters."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema_field
from rest_framework import exceptions, serializers, status
from rest_framework.response import Response
from rest_framework.views import APIView

from common.errors import Conflict
from recommendations.services import EventError

PROBLEM = {
    code: OpenApiResponse(OpenApiTypes.OBJECT, description=text)
    for code, text in {
        400: "What is wrong, field by field.",
        401: "Log in first.",
        403: "Not yours to change.",
        404: "There is no such row, or you may not see it.",
        409: "The state of things does not allow it: full, closed, over, declined.",
    }.items()
}


def responses(*codes: int, **good: Any) -> dict[int, Any]:
    """Responses of an endpoint for the schema: `responses(403, ok=Serializer)`."""
    names = {"ok": 200, "created": 201, "done": 204}
    return {names[name]: shape for name, shape in good.items()} | {code: PROBLEM[code] for code in codes}


class ConflictProblem(exceptions.APIException):
    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"


class Refusals(APIView):
    """Mixin: what services refuse becomes 409, and what events refuse 400, 403 or 404."""

    def handle_exception(self, error: Exception) -> Response:
        if isinstance(error, Conflict):
            error = ConflictProblem(error.messages[0], str(error.code or "conflict"))
        elif isinstance(error, EventError):
            kinds = {"not_found": exceptions.NotFound, "forbidden": exceptions.PermissionDenied}
            kind = kinds.get(error.code)
            error = kind(str(error)) if kind else exceptions.ValidationError({error.field: [str(error)]})
        return super().handle_exception(error)


@extend_schema_field(OpenApiTypes.INT)
class RowField(serializers.PrimaryKeyRelatedField):
    """A row by its id; a boolean is none."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, bool):
            self.fail("incorrect_type", data_type="bool")
        return super().to_internal_value(data)


@extend_schema_field({"type": "boolean"})
class FlagFilter(filters.ChoiceFilter):
    """true or false, and nothing else."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=[(word, word) for word in ("true", "false", "1", "0")], **kwargs)
