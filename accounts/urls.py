"""Addresses of the account pages, beside allauth's own under the same prefix."""

from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("profile/", views.profile, name="profile"),
    path("notifications/", views.notifications, name="notifications"),
    path("notifications/read/", views.notifications_read, name="notifications_read"),
    path("notifications/<int:pk>/", views.notification_open, name="notification_open"),
    path("logout/everywhere/", views.log_out_everywhere, name="log_out_everywhere"),
    path("export/", views.export, name="export"),
    path("delete/", views.delete, name="delete"),
]
