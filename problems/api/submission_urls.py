"""The addresses of submissions and trial runs below /api/v1/."""

from django.urls import path, re_path

from problems.api import submissions

urlpatterns = [
    re_path(r"^problems/(?P<key>[-\w]+)/submissions/$", submissions.SubmitView.as_view(), name="problem-submissions"),
    re_path(r"^problems/(?P<key>[-\w]+)/trials/$", submissions.TryView.as_view(), name="problem-trials"),
    path("submissions/", submissions.SubmissionListView.as_view(), name="submission-list"),
    path("submissions/<int:pk>/", submissions.SubmissionView.as_view(), name="submission-detail"),
    path("trials/<int:pk>/", submissions.TrialView.as_view(), name="trial-detail"),
]
