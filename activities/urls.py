"""The addresses of clubs and activities."""

from django.urls import include, path

from activities.views import actions, activities, clubs, comments, owner

activity_urls = (
    [
        path("", activities.index, name="list"),
        path("new/", activities.create, name="create"),
        path("mine/", owner.mine, name="mine"),
        path("<int:pk>/", activities.detail, name="detail"),
        path("<int:pk>/edit/", activities.edit, name="edit"),
        path("<int:pk>/similar/", activities.similar, name="similar"),
        path("<int:pk>/close/", actions.activity_close, name="close"),
        path("<int:pk>/like/", actions.like, name="like"),
        path("<int:pk>/join/", actions.participate, name="join"),
        path("<int:pk>/comments/", comments.comment, name="comment"),
        path("<int:pk>/participants/", owner.participants, name="participants"),
        path("<int:pk>/participants/<int:place>/", owner.decide_participant, name="decide"),
        path("comments/<int:pk>/delete/", comments.comment_delete, name="comment_delete"),
        path("comments/<int:pk>/report/", comments.report, name="comment_report"),
        path("comments/<int:pk>/appeal/", comments.appeal, name="comment_appeal"),
    ],
    "activities",
)
club_urls = (
    [
        path("", clubs.index, name="list"),
        path("new/", clubs.create, name="create"),
        path("<int:pk>/", clubs.detail, name="detail"),
        path("<int:pk>/edit/", clubs.edit, name="edit"),
        path("<int:pk>/close/", actions.club_close, name="close"),
        path("<int:pk>/join/", actions.club_join, name="join"),
        path("<int:pk>/members/", owner.members, name="members"),
        path("<int:pk>/members/<int:place>/", owner.decide_member, name="decide"),
    ],
    "clubs",
)

urlpatterns = [path("activities/", include(activity_urls)), path("clubs/", include(club_urls))]
