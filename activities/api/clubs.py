"""REST: clubs and their members."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response

from activities import errors, selectors, services
from activities.api import serializers
from activities.api.cards import ClubCardSerializer
from activities.api.filters import ClubFilter
from activities.models import Club
from common.pagination import InTimePagination, OrderedPagination
from recommendations.api.base import Refusals, responses


@extend_schema(tags=["clubs"])
class ClubViewSet(Refusals, viewsets.GenericViewSet):
    """Clubs. Anybody may read; members make them; owners change and close them."""

    queryset = Club.objects.all()
    serializer_class = serializers.ClubSerializer
    filterset_class = ClubFilter
    pagination_class = OrderedPagination
    lookup_value_regex = "[0-9]+"
    orderings = {"latest": ("-created_at", "-id"), "popular": ("-member_count", "-id")}

    def get_queryset(self):
        return Club.objects.open().for_cards() if self.action == "list" else selectors.club_visible()

    @extend_schema(responses=responses(400, ok=ClubCardSerializer(many=True)))
    def list(self, request):
        """Open clubs, filtered and in pages."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(ClubCardSerializer(page, many=True, context={"request": request}).data)

    @extend_schema(responses=responses(404, ok=serializers.ClubSerializer))
    def retrieve(self, request, pk):
        """One club."""
        return Response(self._full(self._get(pk)))

    @extend_schema(
        request=serializers.ClubWriteSerializer, responses=responses(400, 401, created=serializers.ClubSerializer)
    )
    def create(self, request):
        """Make a club; you become its owner."""
        data = serializers.ClubWriteSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        club = services.club_create(user=request.user, **data.validated_data)
        return Response(self._full(club), status=status.HTTP_201_CREATED)

    @extend_schema(
        request=serializers.ClubWriteSerializer(partial=True),
        responses=responses(400, 401, 403, 404, 409, ok=serializers.ClubSerializer),
    )
    def partial_update(self, request, pk):
        """Change your club."""
        club = self._get(pk)
        self._own(club)
        data = serializers.ClubWriteSerializer(data=request.data, partial=True)
        data.is_valid(raise_exception=True)
        return Response(self._full(services.club_edit(user=request.user, club=club, **data.validated_data)))

    @extend_schema(responses=responses(401, 403, 404, done=None))
    def destroy(self, request, pk):
        """Close your club; it stays to be read."""
        services.club_close(user=request.user, club=self._get(pk))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses=responses(401, 403, 404, ok=serializers.ClubSerializer))
    @action(detail=True, methods=["post"])
    def close(self, request, pk):
        """Close your club."""
        return Response(self._full(services.club_close(user=request.user, club=self._get(pk))))

    @extend_schema(
        request=None,
        responses=responses(401, 404, 409, ok=serializers.StandingSerializer, created=serializers.StandingSerializer),
    )
    @action(detail=True, methods=["post"], permission_classes=[IsAuthenticated])
    def join(self, request, pk):
        """Ask to join; asking twice changes nothing."""
        membership, created = services.membership_request(user=request.user, club=self._get(pk))
        code = status.HTTP_201_CREATED if created else status.HTTP_200_OK
        return Response(serializers.StandingSerializer(membership).data, status=code)

    @extend_schema(responses=responses(401, 404, 409, done=None))
    @join.mapping.delete
    def leave(self, request, pk):
        """Leave the club, or take your request back."""
        if not services.membership_leave(user=request.user, club=self._get(pk)):
            raise NotFound(errors.not_joined())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(filters=False, responses=responses(401, 403, 404, ok=serializers.PlaceSerializer(many=True)))
    @action(detail=True, methods=["get"], permission_classes=[IsAuthenticated], pagination_class=InTimePagination)
    def members(self, request, pk):
        """Members and requests, for the owner."""
        club = self._get(pk)
        self._own(club)
        page = self.paginate_queryset(club.memberships.exclude(status="left").select_related("user"))
        return self.get_paginated_response(serializers.PlaceSerializer(page, many=True).data)

    @extend_schema(
        operation_id="decide_club_member",
        request=serializers.DecisionSerializer,
        responses=responses(400, 401, 403, 404, 409, ok=serializers.PlaceSerializer),
    )
    @members.mapping.patch
    def decide_member(self, request, pk):
        """Approve or decline a member's request, as the owner."""
        club = self._get(pk)
        self._own(club)
        data = serializers.DecisionSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        return self._decide(get_object_or_404(club.memberships, user_id=data.validated_data["user"]), data)

    @extend_schema(
        operation_id="decide_club_member_by_id",
        request=serializers.StatusSerializer,
        responses=responses(400, 401, 403, 404, 409, ok=serializers.PlaceSerializer),
    )
    @action(
        detail=True,
        methods=["patch"],
        url_path="members/(?P<membership_id>[0-9]+)",
        permission_classes=[IsAuthenticated],
    )
    def member(self, request, pk, membership_id):
        """Approve or decline one request by its id, as the owner."""
        club = self._get(pk)
        self._own(club)
        data = serializers.StatusSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        return self._decide(get_object_or_404(club.memberships, pk=membership_id), data)

    def _decide(self, membership, data):
        membership = services.membership_decide(
            user=self.request.user, membership=membership, status=data.validated_data["status"]
        )
        return Response(serializers.PlaceSerializer(membership).data)

    def _get(self, pk):
        return get_object_or_404(selectors.club_visible(), pk=pk)

    def _own(self, club):
        if not club.is_owned_by(self.request.user):
            raise errors.not_allowed()

    def _full(self, club):
        return serializers.ClubSerializer(self._get(club.pk), context={"request": self.request}).data
