"""The addresses of coding problems and submissions below /api/v1/."""

from django.urls import include, path

urlpatterns = [path("", include("problems.api.submission_urls"))]
