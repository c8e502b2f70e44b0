"""REST: the catalogue of problems, tags, roadmaps, likes."""

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response

from common.pagination import OrderedPagination
from problems import roadmap, selectors
from problems.api import serializers
from problems.api.cards import ProblemCardSerializer
from problems.api.filters import ProblemFilter
from problems.models import Problem, Tag
from recommendations.api.base import Refusals, responses
from recommendations.services import record_event, take_back

KEY = OpenApiParameter("key", str, OpenApiParameter.PATH, description="The problem's id or slug.")


@extend_schema(tags=["problems"])
class ProblemViewSet(Refusals, viewsets.GenericViewSet):
    """Coding problems. Anybody may read what is published."""

    queryset = Problem.objects.all()
    serializer_class = serializers.FullProblemSerializer
    filterset_class = ProblemFilter
    pagination_class = OrderedPagination
    lookup_field = "key"
    lookup_value_regex = "[-a-zA-Z0-9_]+"
    orderings = {name: order for name, (_label, order) in selectors.SORTS.items()}

    def _get(self, key):
        try:
            return selectors.find_problem(key, self.request.user)
        except Problem.DoesNotExist:
            raise NotFound from None

    @extend_schema(responses=responses(400, ok=ProblemCardSerializer(many=True)))
    def list(self, request):
        """Problems, filtered and in pages."""
        page = self.paginate_queryset(self.filter_queryset(Problem.objects.published().for_cards()))
        return self.get_paginated_response(ProblemCardSerializer(page, many=True).data)

    @extend_schema(parameters=[KEY], responses=responses(404, ok=serializers.FullProblemSerializer))
    def retrieve(self, request, key):
        """One problem with its samples, by id or slug."""
        return Response(self.get_serializer(self._get(key)).data)

    @extend_schema(filters=False, responses=serializers.TagCountSerializer(many=True))
    @action(detail=False, methods=["get"], pagination_class=None)
    def tags(self, request):
        """All tags, with the number of problems that have them."""
        return Response(serializers.TagCountSerializer(selectors.tag_list(), many=True).data)

    @extend_schema(
        operation_id="problem_roadmap", parameters=[KEY], responses=responses(404, ok=serializers.RoadmapSerializer)
    )
    @action(detail=True, methods=["get"])
    def roadmap(self, request, key):
        """An ordered way to this problem: it climbs in level, meets what comes before, and skips what you solved."""
        way = roadmap.to_problem(self._get(key), request.user)
        return Response(serializers.RoadmapSerializer(way).data)

    @extend_schema(
        operation_id="goal_roadmap",
        filters=False,
        parameters=[serializers.GoalSerializer],
        responses=responses(400, ok=serializers.RoadmapSerializer),
    )
    @action(detail=False, methods=["get"], url_path="roadmap", pagination_class=None)
    def goal(self, request):
        """An ordered way to a tag and level."""
        data = serializers.GoalSerializer(data=request.query_params)
        data.is_valid(raise_exception=True)
        tag = Tag.objects.filter(slug=data.validated_data["tag"]).first()
        if tag is None:
            raise ValidationError({"tag": [_("There is no tag “%(tag)s”.") % {"tag": data.validated_data["tag"]}]})
        way = roadmap.to_goal(tag, data.validated_data["level"], request.user)
        return Response(serializers.RoadmapSerializer(way).data)

    @extend_schema(
        operation_id="like_problem",
        parameters=[KEY],
        request=None,
        responses=responses(401, 404, ok=serializers.ProblemLikeSerializer),
    )
    @action(detail=True, methods=["post"], permission_classes=[IsAuthenticated])
    def like(self, request, key):
        """Like it; twice is once."""
        record_event(domain="problems", item=self._get(key), verb="like", user=request.user)
        return Response({"liked": True})

    @extend_schema(
        operation_id="unlike_problem",
        parameters=[KEY],
        responses=responses(401, 404, ok=serializers.ProblemLikeSerializer),
    )
    @like.mapping.delete
    def unlike(self, request, key):
        """Take the like back; your model forgets it exactly."""
        take_back(user=request.user, domain="problems", item=self._get(key), verb="like")
        return Response({"liked": False})
