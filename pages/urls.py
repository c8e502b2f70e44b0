"""The addresses of the top of the house."""

from django.urls import path

from pages import views

app_name = "pages"

urlpatterns = [
    path("", views.home, name="home"),
    path("fragments/feed/<str:domain>/<str:feed>/", views.feed_fragment, name="feed"),
    path("fragments/shelf/<str:domain>/<str:feed>/", views.shelf_fragment, name="shelf"),
    path("why/<str:domain>/<str:item>/", views.why, name="why"),
    path("feedback/<str:domain>/<str:item>/", views.feedback, name="feedback"),
    path("search/", views.search, name="search"),
    path("about/", views.about, name="about"),
    path("me/ai/", views.my_ai, name="my_ai"),
    path("me/ai/<str:domain>/", views.my_ai_domain, name="my_ai_domain"),
    path("me/ai/<str:domain>/undo/", views.undo, name="undo"),
    path("me/ai/<str:domain>/pause/", views.pause, name="pause"),
    path("me/ai/<str:domain>/resume/", views.resume, name="resume"),
    path("me/ai/<str:domain>/import/", views.import_model, name="import_model"),
    path("me/ai/<str:domain>/reset/", views.reset, name="reset"),
    path("me/ai/<str:domain>/events/<int:event>/forget/", views.forget, name="forget"),
]
