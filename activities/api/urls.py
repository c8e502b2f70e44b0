"""The addresses of clubs, activities and comments below /api/v1/."""

from rest_framework.routers import SimpleRouter

from activities.api.activities import ActivityViewSet
from activities.api.clubs import ClubViewSet
from activities.api.comments import CommentViewSet

router = SimpleRouter()
router.register("clubs", ClubViewSet, basename="club")
router.register("activities", ActivityViewSet, basename="activity")
router.register("comments", CommentViewSet, basename="comment")

urlpatterns = router.urls
