"""The site's addresses, and beside them the view that recommendations over HTTP are compared with."""

from django.urls import include, path

from benchmarks.reference import FromMemoryView

urlpatterns = [
    path("api/v1/from-memory/<str:domain>/", FromMemoryView.as_view()),
    path("", include("config.urls")),
]
