"""A member's own models over HTTP."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from common.pagination import CursorPagination
from ml import revisions
from recommendations import selectors, services
from recommendations.api import queries, serializers


class OwnModels(APIView):
    permission_classes = [IsAuthenticated]

    def row(self, request, domain) -> Response:
        found = selectors.model_row(request.user, queries.domain_or_404(domain), revisions.current())
        return Response(serializers.ModelRow(found).data)


class ModelListView(OwnModels):
    @extend_schema(responses=serializers.ModelRow(many=True), operation_id="me_models_list")
    def get(self, request):
        """The member's models, one row a domain."""
        return Response(serializers.ModelRow(selectors.model_rows(request.user), many=True).data)


class ModelView(OwnModels):
    @extend_schema(responses=serializers.ModelRow, operation_id="me_models_retrieve")
    def get(self, request, domain):
        """One domain's model."""
        return self.row(request, domain)

    @extend_schema(responses={204: None}, operation_id="me_models_reset")
    def delete(self, request, domain):
        """Erase the model and the events behind it; likes and memberships stay."""
        services.reset(request.user, queries.domain_or_404(domain).name)
        return Response(status=status.HTTP_204_NO_CONTENT)


class ModelEventsView(generics.ListAPIView):
    """What was learned and forgotten when, newest first."""

    permission_classes = [IsAuthenticated]
    serializer_class = serializers.EventRow
    filter_backends = []

    class pagination_class(CursorPagination):
        ordering = "-sequence"

    def get_queryset(self):
        if getattr(self, "swagger_fake_view", False):
            from recommendations.models import Event

            return Event.objects.none()
        return selectors.history(self.request.user, queries.domain_or_404(self.kwargs["domain"]).name)


class PauseView(OwnModels):
    @extend_schema(request=None, responses=serializers.ModelRow, operation_id="me_models_pause")
    def post(self, request, domain):
        """Stop learning in this domain."""
        services.pause(request.user, queries.domain_or_404(domain).name)
        return self.row(request, domain)


class ResumeView(OwnModels):
    @extend_schema(request=None, responses=serializers.ModelRow, operation_id="me_models_resume")
    def post(self, request, domain):
        """Learn again."""
        services.resume(request.user, queries.domain_or_404(domain).name)
        return self.row(request, domain)


class UndoView(OwnModels):
    @extend_schema(request=serializers.UndoIn, responses=serializers.ModelRow, operation_id="me_models_undo")
    def post(self, request, domain):
        """Forget the last n events (default 1)."""
        kind = queries.domain_or_404(domain)
        body = serializers.UndoIn(data=request.data)
        body.is_valid(raise_exception=True)
        services.undo(request.user, kind.name, body.validated_data["n"])
        return self.row(request, domain)
