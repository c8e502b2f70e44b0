"""The addresses of parameters below /api/v1/."""

from django.urls import path

from ml.api import views

urlpatterns = [
    path("parameters/", views.ParameterListView.as_view(), name="parameter-list"),
    path("parameters/drafts/", views.DraftListView.as_view(), name="parameter-draft-list"),
    path("parameters/drafts/<int:pk>/", views.DraftView.as_view(), name="parameter-draft-detail"),
    path("parameters/drafts/<int:pk>/publish/", views.PublishView.as_view(), name="parameter-draft-publish"),
]
