"""Parameters over HTTP, as the admin does it: read, put into a draft, publish. Nothing is set past a draft."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.permissions import BasePermission
from rest_framework.response import Response
from rest_framework.views import APIView

from ml import drafts, parameters
from ml.api import serializers
from ml.models import ParameterDraft


class Stale(APIException):
    """Somebody else was faster: what they changed, by name."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"

    def __init__(self, error: drafts.Conflict):
        changes = {
            name: [f"{old} → {new} ({who})" if who else f"{old} → {new}"] for name, old, new, who in error.changes
        }
        super().__init__({"non_field_errors": [str(error)], **changes})


class MayStaff(BasePermission):
    """Staff with the permission that the view names for the method."""

    def has_permission(self, request, view) -> bool:
        user = request.user
        return bool(user.is_authenticated and user.is_staff and user.has_perm(view.needs[request.method]))


class StaffView(APIView):
    permission_classes = [MayStaff]
    needs: dict[str, str] = {}

    def handle_exception(self, exc: Exception):
        """What drafts refuse, as problems that name the culprits."""
        if isinstance(exc, drafts.Conflict):
            exc = Stale(exc)
        elif isinstance(exc, drafts.Refused):
            exc = ValidationError({name: [text] for name, text in exc.errors.items()})
        elif isinstance(exc, drafts.DraftError):
            exc = ValidationError(str(exc))
        return super().handle_exception(exc)

    def read(self, kind: type, request) -> dict[str, Any]:
        given = kind(data=request.data)
        given.is_valid(raise_exception=True)
        return given.validated_data


class ParameterListView(StaffView):
    needs = {"GET": "ml.view_parametervalue"}

    @extend_schema(responses=serializers.ScopeInfo(many=True), operation_id="parameters_list")
    def get(self, request):
        """All declared parameters with bounds, default, help and the value in force."""
        current = drafts.in_force()
        return Response([_scope(scope, current[name]) for name, scope in parameters.scopes().items()])


def _scope(scope: parameters.Scope, values: dict[str, Any]) -> dict[str, Any]:
    rows = [
        {
            "name": p.name,
            "label": str(p.label or p.name),
            "help": str(p.help),
            "unit": str(p.unit),
            "kind": p.kind,
            "min": p.min,
            "max": p.max,
            "choices": [str(value) for value in p.values],
            "default": p.default,
            "value": values[p.name],
        }
        for p in scope.parameters.values()
    ]
    return {"name": scope.name, "title": str(scope.title), "trained": scope.trained, "parameters": rows}


class DraftListView(StaffView):
    needs = {"POST": "ml.add_parameterdraft"}

    @extend_schema(
        request=serializers.NewDraft, responses={201: serializers.Draft}, operation_id="parameter_drafts_create"
    )
    def post(self, request):
        """A new draft with those values that differ from what is in force; values out of bounds are refused by name."""
        given = self.read(serializers.NewDraft, request)
        draft = drafts.create(given["name"], given["values"], request.user, given["note"])
        return Response(serializers.Draft(draft).data, status.HTTP_201_CREATED)


class DraftView(StaffView):
    needs = {"GET": "ml.view_parameterdraft", "PATCH": "ml.change_parameterdraft"}

    @extend_schema(responses=serializers.Draft, operation_id="parameter_drafts_retrieve")
    def get(self, request, pk):
        """A draft with its values, and what was in force when each was chosen."""
        return Response(serializers.Draft(_draft(pk)).data)

    @extend_schema(request=serializers.DraftChange, responses=serializers.Draft, operation_id="parameter_drafts_update")
    def patch(self, request, pk):
        """Overlay values; 409 where somebody else saved the draft since `version`."""
        given = self.read(serializers.DraftChange, request)
        return Response(
            serializers.Draft(drafts.save(_draft(pk).pk, given["version"], given["values"], request.user)).data
        )


class PublishView(StaffView):
    needs = {"POST": "ml.publish_parameterdraft"}

    @extend_schema(
        request=serializers.Publishing, responses=serializers.Published, operation_id="parameter_drafts_publish"
    )
    def post(self, request, pk):
        """Bring the draft's values into force; 409 where the draft, or what is in force, changed meanwhile."""
        given = self.read(serializers.Publishing, request)
        found = drafts.publish(_draft(pk).pk, given["version"], request.user, given["note"])
        return Response({"publication": found.pk, "changes": found.changes.count()})


def _draft(pk: int) -> ParameterDraft:
    draft = ParameterDraft.objects.filter(pk=pk).first() if pk < 2**63 else None
    if draft is None:
        raise Http404
    return draft
