"""REST: one comment, to be deleted, reported, or appealed for."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status, viewsets
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response

from activities import selectors, services
from activities.api import serializers
from activities.models import Comment
from recommendations.api.base import Refusals, responses


@extend_schema(tags=["activities"])
class CommentViewSet(Refusals, viewsets.GenericViewSet):
    """One comment: deleted by its author or the organiser, reported by others, appealed for by its author."""

    queryset = Comment.objects.select_related("activity__club")
    serializer_class = serializers.CommentSerializer
    lookup_value_regex = "[0-9]+"
    permission_classes = [IsAuthenticated]
    throttle_scope = "write"

    def _readable(self, pk):
        return get_object_or_404(selectors.comment_readable(self.request.user), pk=pk)

    @extend_schema(responses=responses(401, 403, 404, done=None))
    def destroy(self, request, pk):
        """Delete a comment."""
        comment = get_object_or_404(self.get_queryset(), pk=pk, deleted_at=None)
        services.comment_delete(user=request.user, comment=comment)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        request=serializers.ReportSerializer,
        responses=responses(
            400, 401, 403, 404, 409, ok=serializers.ReportSerializer, created=serializers.ReportSerializer
        ),
    )
    @action(detail=True, methods=["post"])
    def report(self, request, pk):
        """Report a comment to staff, once (200 when it was already). 409 where the day's reports are used up."""
        comment = self._readable(pk)
        data = serializers.ReportSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        report, new = services.comment_report(user=request.user, comment=comment, **data.validated_data)
        code = status.HTTP_201_CREATED if new else status.HTTP_200_OK
        return Response(serializers.ReportSerializer(report).data, status=code)

    @extend_schema(
        request=serializers.AppealSerializer,
        responses=responses(400, 401, 403, 404, 409, created=serializers.AppealSerializer),
    )
    @action(detail=True, methods=["post"])
    def appeal(self, request, pk):
        """Ask staff to look again at your hidden comment, once. 409 where it is not hidden, or you have asked already."""
        comment = self._readable(pk)
        data = serializers.AppealSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        appeal = services.comment_appeal(user=request.user, comment=comment, **data.validated_data)
        return Response(serializers.AppealSerializer(appeal).data, status=status.HTTP_201_CREATED)
