"""Addresses of accounts' API."""

from django.urls import path

from accounts.api import auth, lists, me

urlpatterns = [
    path("auth/signup/", auth.SignupView.as_view()),
    path("auth/token/", auth.TokenView.as_view()),
    path("auth/token/refresh/", auth.RefreshView.as_view()),
    path("auth/logout/", auth.LogoutView.as_view()),
    path("auth/logout-everywhere/", auth.LogoutEverywhereView.as_view()),
    path("me/", me.MeView.as_view()),
    path("me/export/", me.ExportView.as_view()),
    path("me/notifications/", me.NotificationListView.as_view()),
    path("me/notifications/read/", me.NotificationReadView.as_view()),
    path("categories/", lists.CategoryListView.as_view()),
    path("regions/", lists.RegionListView.as_view()),
]
