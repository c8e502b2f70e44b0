"""The addresses of coding problems and submissions below /api/v1/."""

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from problems.api.problems import ProblemViewSet

router = SimpleRouter()
router.register("problems", ProblemViewSet, basename="problem")

urlpatterns = [*router.urls, path("", include("problems.api.submission_urls"))]
