"""The addresses of coding problems. No slug is one of the fixed names (`problems.addresses`)."""

from django.urls import include, path

from problems.views import catalogue, progress, reactions, roadmap, submissions

problem_urls = (
    [
        path("", catalogue.index, name="index"),
        path("list/", catalogue.problem_list, name="list"),
        path("roadmap/", roadmap.goal, name="goal"),
        path("progress/", progress.progress, name="progress"),
        path("submissions/", submissions.index, name="submissions"),
        path("submissions/<int:pk>/", submissions.detail, name="submission"),
        path("submissions/<int:pk>/state/", submissions.state, name="state"),
        path("trials/<int:pk>/", submissions.trial, name="trial"),
        path("<slug:slug>/", catalogue.detail, name="detail"),
        path("<slug:slug>/similar/", catalogue.similar, name="similar"),
        path("<slug:slug>/roadmap/", roadmap.to_problem, name="roadmap"),
        path("<slug:slug>/react/", reactions.react, name="react"),
        path("<slug:slug>/submissions/", submissions.own, name="own"),
        path("<slug:slug>/submit/", submissions.submit, name="submit"),
        path("<slug:slug>/run/", submissions.run, name="run"),
    ],
    "problems",
)

urlpatterns = [path("problems/", include(problem_urls))]
