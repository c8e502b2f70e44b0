"""What the views of this API share: errors in HTTP's words, pages in the asked order, responses for the schema."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse
from rest_framework import exceptions, status

from activities.errors import Conflict
from common.pagination import CursorPagination
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


def responses(*codes, **good):
    """Responses of an endpoint for the schema: `responses(403, ok=Serializer)`."""
    names = {"ok": 200, "created": 201, "done": 204}
    return {names[name]: shape for name, shape in good.items()} | {code: PROBLEM[code] for code in codes}


class ConflictProblem(exceptions.APIException):
    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"


class Refusals:
    """Mixin: what services refuse becomes 409, and what events refuse 400, 403 or 404."""

    def handle_exception(self, error):
        if isinstance(error, Conflict):
            error = ConflictProblem(error.messages[0], error.code)
        elif isinstance(error, EventError):
            kinds = {"not_found": exceptions.NotFound, "forbidden": exceptions.PermissionDenied}
            kind = kinds.get(error.code)
            error = kind(str(error)) if kind else exceptions.ValidationError({error.field: [str(error)]})
        return super().handle_exception(error)


class OrderedPagination(CursorPagination):
    """Pages in the order that `?ordering=` names, of those that the view offers."""

    def get_ordering(self, request, queryset, view):
        orderings = getattr(view, "orderings", {})
        return orderings.get(request.query_params.get("ordering"), orderings.get("latest", ("-created_at", "-id")))


class InTimePagination(CursorPagination):
    """Oldest first: comments and requests."""

    def get_ordering(self, request, queryset, view):
        return ("id",)
