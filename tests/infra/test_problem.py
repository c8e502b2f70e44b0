"""Every way in which a view can fail becomes one shape."""

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation, ValidationError
from django.http import Http404
from rest_framework import exceptions, serializers
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from common.problem import flatten


class Inner(serializers.Serializer):
    name = serializers.CharField(max_length=3)


class Outer(serializers.Serializer):
    size = serializers.IntegerField()
    parts = Inner(many=True)


class OneAnHour(SimpleRateThrottle):
    rate, scope = "1/hour", "test"

    def get_cache_key(self, request, view):
        return "the same for all"


def answer(error=None, data=None, **attributes):
    def post(self, request):
        if error:
            raise error
        Outer(data=request.data).is_valid(raise_exception=True)
        return Response({})

    view = type("View", (APIView,), {"post": post, "permission_classes": [], **attributes}).as_view()
    kind = {"content_type": "application/json"} if isinstance(data, str) else {"format": "json"}
    found = view(APIRequestFactory().post("/api/v1/x/", data or {}, **kind))
    found.render()
    return found


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Http404(), 404),
        (PermissionDenied(), 403),
        (exceptions.NotAuthenticated(), 401),
        (exceptions.ParseError(), 400),
        (SuspiciousOperation(), 400),
        (exceptions.MethodNotAllowed("POST"), 405),
        (exceptions.UnsupportedMediaType("text/x"), 415),
    ],
)
def test_status_and_type(error, status):
    found = answer(error)
    assert (found.status_code, found["Content-Type"], found.data["status"]) == (
        status,
        "application/problem+json",
        status,
    )
    assert set(found.data) == {"type", "title", "status", "detail", "code"}


def test_fields_are_named_by_path():
    found = answer(data={"size": "x", "parts": [{"name": "ok"}, {"name": "too long"}]})
    assert found.status_code == 400
    assert list(found.data["errors"]) == ["size", "parts.1.name"]
    assert found.data["detail"].startswith("size: ")


def test_a_models_validation_error_is_a_400():
    found = answer(ValidationError({"title": ["Too short."]}))
    assert (found.status_code, found.data["errors"]) == (400, {"title": ["Too short."]})


def test_broken_json_is_a_400():
    assert answer(data="{nonsense").status_code == 400


def test_a_body_beyond_the_limit_is_a_413(settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 2_000_000
    found = answer(data='{"size": "' + "x" * 2_000_000 + '"}')
    assert (found.status_code, found["Content-Type"]) == (413, "application/problem+json")
    assert "2 MB" in found.data["detail"]


def test_a_throttled_client_learns_when_to_come_back():
    answer(data={"size": 1, "parts": []}, throttle_classes=[OneAnHour])
    found = answer(data={"size": 1, "parts": []}, throttle_classes=[OneAnHour])
    assert found.status_code == 429
    assert 3590 <= int(found["Retry-After"]) <= 3601


def test_an_unexpected_error_is_left_to_django():
    with pytest.raises(ZeroDivisionError):
        answer(ZeroDivisionError())


def test_flatten():
    assert flatten(["a"]) == {"non_field_errors": ["a"]}
    assert flatten({"a": {"b": ["x"]}, "c": [{}, {"d": ["y"]}]}) == {"a.b": ["x"], "c.1.d": ["y"]}
