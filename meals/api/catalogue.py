"""REST: groups, makers and foods."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response

from meals import services
from meals.api import serializers
from meals.api.base import MealViewSet
from meals.api.filters import FoodFilter, MakerFilter
from meals.models import Food, Group, Maker
from recommendations.api.base import responses


@extend_schema(tags=["meals"])
class MealGroupViewSet(MealViewSet):
    """The caller's groups; for visitors and members of none the public ones."""

    queryset = Group.objects.all()
    serializer_class = serializers.MealGroupSerializer
    filter_backends = ()

    @extend_schema(responses=responses(ok=serializers.MealGroupSerializer(many=True)))
    def list(self, request):
        """The groups whose menus the caller gets."""
        return self._page(Group.objects.served(request.user))

    @extend_schema(responses=responses(404, ok=serializers.MealGroupSerializer))
    def retrieve(self, request, pk):
        """A public group, or one of the caller's."""
        return Response(self._shown(get_object_or_404(Group.objects.visible_to(request.user), pk=pk)))


@extend_schema(tags=["meals"])
class MakerViewSet(MealViewSet):
    queryset = Maker.objects.all()
    serializer_class = serializers.MakerSerializer
    filterset_class = MakerFilter

    @extend_schema(responses=responses(400, ok=serializers.MakerSerializer(many=True)))
    def list(self, request):
        """Restaurants."""
        return self._page(Maker.objects.all())

    @extend_schema(responses=responses(404, ok=serializers.MakerSerializer))
    def retrieve(self, request, pk):
        """One restaurant."""
        return Response(self._shown(get_object_or_404(Maker, pk=pk)))

    @extend_schema(
        request=serializers.MakerWriteSerializer,
        responses=responses(400, 401, 403, created=serializers.MakerSerializer),
    )
    def create(self, request):
        """Add a restaurant (staff)."""
        maker = services.maker_save(Maker(), **self._valid(serializers.MakerWriteSerializer))
        return Response(self._shown(maker), status=status.HTTP_201_CREATED)

    @extend_schema(
        request=serializers.MakerWriteSerializer(partial=True),
        responses=responses(400, 401, 403, 404, ok=serializers.MakerSerializer),
    )
    def partial_update(self, request, pk):
        """Change a restaurant (staff). A smaller capacity takes no ordered meal away."""
        maker = get_object_or_404(Maker, pk=pk)
        return Response(
            self._shown(services.maker_save(maker, **self._valid(serializers.MakerWriteSerializer, partial=True)))
        )

    @extend_schema(
        request=serializers.MakerCloseSerializer,
        responses=responses(400, 401, 403, 404, ok=serializers.CancelledSerializer),
    )
    @action(detail=True, methods=["post"])
    def close(self, request, pk):
        """Close a restaurant from a day on (staff): menus are withdrawn, orders cancelled, members told."""
        maker = get_object_or_404(Maker, pk=pk)
        day = self._valid(serializers.MakerCloseSerializer).get("date")
        return Response({"orders": services.maker_close(maker=maker, day=day)})

    @extend_schema(request=None, responses=responses(401, 403, 404, ok=serializers.MakerSerializer))
    @action(detail=True, methods=["post"])
    def reopen(self, request, pk):
        """Open a restaurant again (staff); withdrawn menus stay withdrawn."""
        return Response(self._shown(services.maker_reopen(maker=get_object_or_404(Maker, pk=pk))))


@extend_schema(tags=["meals"])
class FoodViewSet(MealViewSet):
    queryset = Food.objects.all()
    serializer_class = serializers.FoodCardSerializer
    filterset_class = FoodFilter
    member_actions = ("like", "unlike")
    orderings = {
        "latest": ("-created_at", "-id"),
        "popular": ("-like_count", "-id"),
        "cheap": ("price", "id"),
    }

    def _get(self, pk):
        rows = Food.objects.for_cards()
        return get_object_or_404(rows if self.request.user.is_staff else rows.visible_to(self.request.user), pk=pk)

    def _full(self, food):
        return serializers.FoodSerializer(food, context={"request": self.request}).data

    @extend_schema(responses=responses(400, ok=serializers.FoodCardSerializer(many=True)))
    def list(self, request):
        """Foods of the menus that the caller may see."""
        rows = Food.objects.for_cards()
        return self._page(rows if request.user.is_staff else rows.visible_to(request.user))

    @extend_schema(responses=responses(404, ok=serializers.FoodSerializer))
    def retrieve(self, request, pk):
        """One food."""
        return Response(self._full(self._get(pk)))

    @extend_schema(
        request=serializers.FoodWriteSerializer, responses=responses(400, 401, 403, created=serializers.FoodSerializer)
    )
    def create(self, request):
        """Add a food (staff)."""
        food = services.food_save(Food(), **self._valid(serializers.FoodWriteSerializer))
        return Response(self._full(food), status=status.HTTP_201_CREATED)

    @extend_schema(
        request=serializers.FoodWriteSerializer(partial=True),
        responses=responses(400, 401, 403, 404, ok=serializers.FoodSerializer),
    )
    def partial_update(self, request, pk):
        """Change a food (staff); menus and orders keep their prices."""
        food = get_object_or_404(Food.objects.for_cards(), pk=pk)
        return Response(
            self._full(services.food_save(food, **self._valid(serializers.FoodWriteSerializer, partial=True)))
        )

    @extend_schema(request=None, responses=responses(401, 404, ok=serializers.FoodLikeSerializer))
    @action(detail=True, methods=["post"], permission_classes=[IsAuthenticated])
    def like(self, request, pk):
        """Like a food; twice is once."""
        food = self._get(pk)
        services.like(user=request.user, food=food)
        return self._liked(food, True)

    @extend_schema(responses=responses(401, 404, ok=serializers.FoodLikeSerializer))
    @like.mapping.delete
    def unlike(self, request, pk):
        """Take a like back; the model forgets it."""
        food = self._get(pk)
        services.unlike(user=request.user, food=food)
        return self._liked(food, False)

    def _liked(self, food, liked):
        food.refresh_from_db(fields=["like_count"])
        return Response({"liked": liked, "like_count": food.like_count})
