"""The addresses of REST version 1: each app brings its own."""

from importlib.util import find_spec

from django.urls import include, path

APPS = ("accounts", "ml", "recommendations", "activities", "meals", "problems")

urlpatterns = [
    path("", include(f"{app}.api.urls")) for app in APPS if find_spec(f"{app}.api") and find_spec(f"{app}.api.urls")
]
