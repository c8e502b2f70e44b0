"""The addresses of meals: the menu of the day, foods, restaurants, own orders, automatic orders, the own company."""

from django.urls import include, path

from meals.views import auto, foods, makers, menus, orders

meal_urls = (
    [
        path("", menus.today, name="today"),
        path("menus/<int:pk>/order/", menus.place, name="place"),
        path("menus/<int:pk>/skip/", menus.skip, name="skip"),
        path("foods/", foods.index, name="foods"),
        path("foods/<int:pk>/", foods.detail, name="food"),
        path("foods/<int:pk>/react/", foods.react, name="react"),
        path("foods/<int:pk>/similar/", foods.similar, name="similar"),
        path("makers/", makers.index, name="makers"),
        path("makers/<int:pk>/", makers.detail, name="maker"),
        path("group/", makers.group, name="group"),
        path("orders/", orders.index, name="orders"),
        path("orders/<int:pk>/", orders.order, name="order"),
        path("orders/<int:pk>/rate/", orders.rate, name="rate"),
        path("link/<str:token>/", orders.order_link, name="order-link"),
        path("auto/", auto.settings, name="auto"),
    ],
    "meals",
)

urlpatterns = [path("meals/", include(meal_urls))]
