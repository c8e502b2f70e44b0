"""The addresses of recommendations, events and own models."""

from django.urls import path

from recommendations.api import models, transfer, views

urlpatterns = [
    path("recommendations/", views.DomainListView.as_view(), name="recommendations"),
    path("recommendations/<str:domain>/", views.FeedView.as_view(), name="feed"),
    path("recommendations/<str:domain>/<str:item>/similar/", views.SimilarView.as_view(), name="similar"),
    path("recommendations/<str:domain>/<str:item>/why/", views.ExplanationView.as_view(), name="why"),
    path("events/", views.EventsView.as_view(), name="events"),
    path("events/<int:event_id>/", views.EventView.as_view(), name="event"),
    path("me/models/", models.ModelListView.as_view(), name="my-models"),
    path("me/models/<str:domain>/", models.ModelView.as_view(), name="my-model"),
    path("me/models/<str:domain>/events/", models.ModelEventsView.as_view(), name="my-model-events"),
    path("me/models/<str:domain>/pause/", models.PauseView.as_view(), name="my-model-pause"),
    path("me/models/<str:domain>/resume/", models.ResumeView.as_view(), name="my-model-resume"),
    path("me/models/<str:domain>/download/", transfer.DownloadView.as_view(), name="my-model-download"),
    path("me/models/<str:domain>/import/", transfer.ImportView.as_view(), name="my-model-import"),
    path("me/models/<str:domain>/undo/", models.UndoView.as_view(), name="my-model-undo"),
]
