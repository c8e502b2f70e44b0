"""REST: menus, orders and automatic orders."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, generics, status
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from meals import services
from meals.api import serializers
from meals.api.base import MealViewSet
from meals.api.filters import MenuFilter, OrderFilter
from meals.models import AutoOrderResult, DiningType, Group, Menu, Order
from recommendations.api.base import Refusals, responses


@extend_schema(tags=["meals"])
class MenuViewSet(MealViewSet):
    queryset = Menu.objects.all()
    serializer_class = serializers.MenuSerializer
    filterset_class = MenuFilter
    member_actions = ("skip",)
    orderings = {"latest": ("-date", "dining_type", "id")}

    def _get(self, pk):
        return get_object_or_404(Menu.objects.visible_to(self.request.user).for_cards(), pk=pk)

    def _any(self, pk):
        return get_object_or_404(Menu.objects.for_cards(), pk=pk)

    @extend_schema(responses=responses(400, ok=serializers.MenuSerializer(many=True)))
    def list(self, request):
        """Menus of the caller's groups, of the public ones for visitors; `group` names another that the caller may see."""
        rows = Menu.objects.for_cards()
        if request.query_params.get("group"):
            return self._page(rows.visible_to(request.user))
        return self._page(rows.filter(group__in=Group.objects.served(request.user).values("pk")))

    @extend_schema(responses=responses(404, ok=serializers.MenuSerializer))
    def retrieve(self, request, pk):
        """One menu."""
        return Response(self._shown(self._get(pk)))

    @extend_schema(request=None, responses=responses(401, 404, done=None))
    @action(detail=True, methods=["post"], permission_classes=[IsAuthenticated])
    def skip(self, request, pk):
        """Say "not this one": a weak dislike for the caller's own model."""
        services.menu_skip(user=request.user, menu=self._get(pk))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        request=serializers.MenuWriteSerializer, responses=responses(400, 401, 403, created=serializers.MenuSerializer)
    )
    def create(self, request):
        """Offer a food on a day (staff)."""
        menu = services.menu_create(**self._valid(serializers.MenuWriteSerializer))
        return Response(self._shown(self._any(menu.pk)), status=status.HTTP_201_CREATED)

    @extend_schema(
        request=serializers.MenuEditSerializer, responses=responses(400, 401, 403, 404, ok=serializers.MenuSerializer)
    )
    def partial_update(self, request, pk):
        """Change stock or price (staff)."""
        menu = services.menu_edit(menu=self._any(pk), **self._valid(serializers.MenuEditSerializer))
        return Response(self._shown(self._any(menu.pk)))

    @extend_schema(
        request=serializers.WithdrawSerializer,
        responses=responses(400, 401, 403, 404, ok=serializers.CancelledSerializer),
    )
    @action(detail=True, methods=["post"])
    def withdraw(self, request, pk):
        """Take a menu back (staff): its orders move to the replacement or are cancelled, members are told."""
        values = self._valid(serializers.WithdrawSerializer)
        count = services.menu_withdraw(menu=self._any(pk), replacement=values.get("replacement"))
        return Response({"orders": count})


@extend_schema(tags=["meals"])
class OrderViewSet(MealViewSet):
    """The caller's own orders; nobody sees another's."""

    queryset = Order.objects.none()
    serializer_class = serializers.OrderSerializer
    filterset_class = OrderFilter
    permission_classes = [IsAuthenticated]
    orderings = {"latest": ("-date", "-id")}

    def _mine(self):
        return Order.objects.filter(user=self.request.user).for_cards()

    def _get(self, pk):
        return get_object_or_404(self._mine(), pk=pk)

    @extend_schema(responses=responses(400, 401, ok=serializers.OrderSerializer(many=True)))
    def list(self, request):
        """The caller's orders, newest day first."""
        return self._page(self._mine())

    @extend_schema(responses=responses(401, 404, ok=serializers.OrderSerializer))
    def retrieve(self, request, pk):
        """One of the caller's orders."""
        return Response(self._shown(self._get(pk)))

    @extend_schema(
        request=serializers.OrderWriteSerializer,
        responses=responses(400, 401, 403, 409, ok=serializers.OrderSerializer, created=serializers.OrderSerializer),
    )
    def create(self, request):
        """Order a menu; the same again changes nothing. 409: over, sold out, withdrawn, or there is an order already."""
        order, created = services.order_place(user=request.user, **self._valid(serializers.OrderWriteSerializer))
        code = status.HTTP_201_CREATED if created else status.HTTP_200_OK
        return Response(self._shown(self._get(order.pk)), status=code)

    @extend_schema(request=None, responses=responses(401, 404, 409, ok=serializers.OrderSerializer))
    @action(detail=True, methods=["post"])
    def cancel(self, request, pk):
        """Cancel an order, until the cutoff."""
        services.order_cancel(user=request.user, order=self._get(pk))
        return Response(self._shown(self._get(pk)))

    @extend_schema(
        request=serializers.OrderWriteSerializer,
        responses=responses(400, 401, 403, 404, 409, ok=serializers.OrderSerializer),
    )
    @action(detail=True, methods=["post"])
    def change(self, request, pk):
        """Swap an order for another menu of the same day and meal, all or nothing. Answers with the new order."""
        values = self._valid(serializers.OrderWriteSerializer)
        order = services.order_change(user=request.user, order=self._get(pk), **values)
        return Response(self._shown(self._get(order.pk)))

    @extend_schema(
        request=serializers.RatingSerializer, responses=responses(400, 401, 404, 409, ok=serializers.OrderSerializer)
    )
    @action(detail=True, methods=["post"])
    def rate(self, request, pk):
        """Rate a meal, once orders for it are closed; rating again replaces it."""
        services.order_rate(user=request.user, order=self._get(pk), **self._valid(serializers.RatingSerializer))
        return Response(self._shown(self._get(pk)))


WHICH = OpenApiParameter(
    "dining_type", str, enum=DiningType.values, description="Default: what the caller changed last, else lunch."
)


class AutoOrderView(Refusals, APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(
        operation_id="me_auto_order",
        tags=["meals"],
        parameters=[WHICH],
        responses=responses(400, 401, ok=serializers.AutoOrderSerializer),
    )
    def get(self, request):
        """What the caller lets the site order for them."""
        return Response(serializers.AutoOrderSerializer(self._row(request)).data)

    @extend_schema(
        operation_id="me_auto_order_set",
        tags=["meals"],
        request=serializers.AutoOrderSerializer,
        responses=responses(400, 401, ok=serializers.AutoOrderSerializer),
    )
    def put(self, request):
        """Switch automatic orders of a dining type on or off, and set their limits."""
        data = serializers.AutoOrderSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        return Response(
            serializers.AutoOrderSerializer(services.auto_order_set(user=request.user, **data.validated_data)).data
        )

    def _row(self, request):
        rows = services.auto_order_settings(request.user)
        wanted = request.query_params.get("dining_type")
        if wanted:
            found = [row for row in rows if row.dining_type == wanted]
            if not found:
                raise exceptions.ValidationError({"dining_type": [f"“{wanted[:40]}”: {', '.join(DiningType.values)}"]})
            return found[0]
        return max(rows, key=lambda row: row.updated_at.timestamp() if row.pk else 0)


class AutoOrderResultView(generics.ListAPIView):
    permission_classes = (IsAuthenticated,)
    serializer_class = serializers.AutoOrderResultSerializer
    filter_backends = ()

    def get_queryset(self):
        return AutoOrderResult.objects.filter(user=self.request.user)

    @extend_schema(operation_id="me_auto_order_results", tags=["meals"])
    def get(self, request, *args, **kwargs):
        """What automatic orders did for the caller, and why they did nothing."""
        return super().get(request, *args, **kwargs)
