"""REST: activities, taking part, likes and what is said below them."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response

from activities import errors, selectors, services
from activities.api import serializers
from activities.api.cards import ActivityCardSerializer
from activities.api.filters import ActivityFilter
from activities.models import Activity
from common.pagination import InTimePagination, OrderedPagination
from recommendations.api.base import Refusals, responses


class ActivityBase(Refusals, viewsets.GenericViewSet):
    """How the views find an activity, and who may organise it."""

    queryset = Activity.objects.all()
    serializer_class = serializers.ActivitySerializer
    filterset_class = ActivityFilter
    pagination_class = OrderedPagination
    lookup_value_regex = "[0-9]+"
    orderings = {
        "latest": ("-created_at", "-id"),
        "popular": ("-like_count", "-id"),
        "closing": ("recruit_end", "id"),
    }

    def _get(self, pk):
        return get_object_or_404(selectors.activity_visible(self.request.user), pk=pk)

    def _own(self, activity):
        if not activity.is_run_by(self.request.user):
            raise errors.not_allowed()

    def _full(self, activity):
        return serializers.ActivitySerializer(self._get(activity.pk), context={"request": self.request}).data


class TakingPart(ActivityBase):
    """Joining and leaving, and the organiser's list of participants."""

    @extend_schema(
        request=None,
        responses=responses(401, 404, 409, ok=serializers.StandingSerializer, created=serializers.StandingSerializer),
    )
    @action(detail=True, methods=["post"], permission_classes=[IsAuthenticated])
    def join(self, request, pk):
        """Ask to take part; asking twice changes nothing. 409 when full, over or closed."""
        participation, created = services.participation_request(user=request.user, activity=self._get(pk))
        code = status.HTTP_201_CREATED if created else status.HTTP_200_OK
        return Response(serializers.StandingSerializer(participation).data, status=code)

    @extend_schema(responses=responses(401, 404, done=None))
    @join.mapping.delete
    def leave(self, request, pk):
        """Cancel taking part, or take your request back."""
        if not services.participation_cancel(user=request.user, activity=self._get(pk)):
            raise NotFound(errors.not_joined())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(filters=False, responses=responses(401, 403, 404, ok=serializers.PlaceSerializer(many=True)))
    @action(detail=True, methods=["get"], permission_classes=[IsAuthenticated], pagination_class=InTimePagination)
    def participants(self, request, pk):
        """Participants and requests, for the organiser."""
        activity = self._get(pk)
        self._own(activity)
        page = self.paginate_queryset(activity.participations.exclude(status="cancelled").select_related("user"))
        return self.get_paginated_response(serializers.PlaceSerializer(page, many=True).data)

    @extend_schema(
        operation_id="decide_activity_participant",
        request=serializers.DecisionSerializer,
        responses=responses(400, 401, 403, 404, 409, ok=serializers.PlaceSerializer),
    )
    @participants.mapping.patch
    def decide_participant(self, request, pk):
        """Approve or decline a member's request, as the organiser. 409 when all places are taken."""
        activity = self._get(pk)
        self._own(activity)
        data = serializers.DecisionSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        return self._decide(activity, data, user_id=data.validated_data["user"])

    @extend_schema(
        operation_id="decide_activity_participant_by_id",
        request=serializers.StatusSerializer,
        responses=responses(400, 401, 403, 404, 409, ok=serializers.PlaceSerializer),
    )
    @action(
        detail=True,
        methods=["patch"],
        url_path="participants/(?P<participation_id>[0-9]+)",
        permission_classes=[IsAuthenticated],
    )
    def participant(self, request, pk, participation_id):
        """Approve or decline one request by its id, as the organiser. 409 when all places are taken."""
        activity = self._get(pk)
        self._own(activity)
        data = serializers.StatusSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        return self._decide(activity, data, pk=participation_id)

    def _decide(self, activity, data, **which):
        participation = get_object_or_404(activity.participations, **which)
        participation.activity = activity
        participation = services.participation_decide(
            user=self.request.user, participation=participation, status=data.validated_data["status"]
        )
        return Response(serializers.PlaceSerializer(participation).data)


class Liking(ActivityBase):
    """Likes and comments."""

    @extend_schema(request=None, responses=responses(401, 404, ok=serializers.LikeSerializer))
    @action(detail=True, methods=["post"], permission_classes=[IsAuthenticated])
    def like(self, request, pk):
        """Like it; twice is once."""
        activity = self._get(pk)
        services.like(user=request.user, activity=activity)
        return self._liked(activity, True)

    @extend_schema(responses=responses(401, 404, ok=serializers.LikeSerializer))
    @like.mapping.delete
    def unlike(self, request, pk):
        """Take the like back; your model forgets it exactly."""
        activity = self._get(pk)
        services.unlike(user=request.user, activity=activity)
        return self._liked(activity, False)

    def _liked(self, activity, liked):
        activity.refresh_from_db(fields=["like_count"])
        return Response({"liked": liked, "like_count": activity.like_count})

    @extend_schema(filters=False, responses=responses(404, ok=serializers.CommentSerializer(many=True)))
    @action(detail=True, methods=["get"], pagination_class=InTimePagination)
    def comments(self, request, pk):
        """Comments below it, oldest first."""
        page = self.paginate_queryset(selectors.comments_of(self._get(pk), request.user))
        return self.get_paginated_response(serializers.CommentSerializer(page, many=True).data)

    @extend_schema(
        request=serializers.CommentWriteSerializer,
        responses=responses(400, 401, 404, created=serializers.CommentSerializer),
    )
    @comments.mapping.post
    def comment(self, request, pk):
        """Say something, or answer (`parent`)."""
        data = serializers.CommentWriteSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        comment = services.comment_create(user=request.user, activity=self._get(pk), **data.validated_data)
        return Response(serializers.CommentSerializer(comment).data, status=status.HTTP_201_CREATED)


@extend_schema(tags=["activities"])
class ActivityViewSet(TakingPart, Liking):
    """Activities. Anybody may read; members make them; organisers change and close them."""

    @extend_schema(responses=responses(400, ok=ActivityCardSerializer(many=True)))
    def list(self, request):
        """Activities, filtered and in pages."""
        rows = Activity.objects.visible_to(request.user).for_cards()
        page = self.paginate_queryset(self.filter_queryset(rows))
        return self.get_paginated_response(ActivityCardSerializer(page, many=True, context={"request": request}).data)

    @extend_schema(responses=responses(404, ok=serializers.ActivitySerializer))
    def retrieve(self, request, pk):
        """One activity."""
        return Response(self._full(self._get(pk)))

    @extend_schema(
        request=serializers.ActivityWriteSerializer,
        responses=responses(400, 401, 403, 409, created=serializers.ActivitySerializer),
    )
    def create(self, request):
        """Make an activity, in a club of yours or on your own."""
        data = serializers.ActivityWriteSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        activity = services.activity_create(user=request.user, **data.validated_data)
        return Response(self._full(activity), status=status.HTTP_201_CREATED)

    @extend_schema(
        request=serializers.ActivityWriteSerializer(partial=True),
        responses=responses(400, 401, 403, 404, 409, ok=serializers.ActivitySerializer),
    )
    def partial_update(self, request, pk):
        """Change your activity."""
        activity = self._get(pk)
        self._own(activity)
        data = serializers.ActivityWriteSerializer(data=request.data, partial=True)
        data.is_valid(raise_exception=True)
        activity = services.activity_edit(user=request.user, activity=activity, **data.validated_data)
        return Response(self._full(activity))

    @extend_schema(responses=responses(401, 403, 404, done=None))
    def destroy(self, request, pk):
        """Close your activity; it stays to be read."""
        services.activity_close(user=request.user, activity=self._get(pk))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses=responses(401, 403, 404, ok=serializers.ActivitySerializer))
    @action(detail=True, methods=["post"])
    def close(self, request, pk):
        """Close your activity; those who take part or wait are told."""
        return Response(self._full(services.activity_close(user=request.user, activity=self._get(pk))))
