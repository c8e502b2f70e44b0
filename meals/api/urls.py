"""The addresses of meals below /api/v1/."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from meals.api.catalogue import FoodViewSet, MakerViewSet, MealGroupViewSet
from meals.api.orders import AutoOrderResultView, AutoOrderView, MenuViewSet, OrderViewSet

router = SimpleRouter()
router.register("meals/groups", MealGroupViewSet, basename="meal-group")
router.register("meals/makers", MakerViewSet, basename="maker")
router.register("meals/foods", FoodViewSet, basename="food")
router.register("meals/menus", MenuViewSet, basename="menu")
router.register("meals/orders", OrderViewSet, basename="order")

urlpatterns = [
    *router.urls,
    path("me/auto-order/", AutoOrderView.as_view()),
    path("me/auto-order/results/", AutoOrderResultView.as_view()),
]
