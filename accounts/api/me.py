"""The member's own data: profile, export, erasing, notices."""

import time

from django.contrib.auth import authenticate
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, generics, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import exports, selectors, services, tokens
from accounts.api import serializers
from accounts.api.auth import PROBLEM
from accounts.receivers import LOGIN_AT

#: For so many seconds after a login nobody is asked for the password again.
RECENT_LOGIN = 10 * 60


class MeView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(operation_id="me", tags=["me"], responses={200: serializers.MeSerializer, 401: PROBLEM})
    def get(self, request):
        """The caller's profile."""
        return Response(serializers.MeSerializer(request.user).data)

    @extend_schema(
        operation_id="me_update",
        tags=["me"],
        request=serializers.MeSerializer(partial=True),
        responses={200: serializers.MeSerializer, 400: PROBLEM, 401: PROBLEM},
    )
    def patch(self, request):
        """Change nickname, region, favourite categories or keywords."""
        data = serializers.MeSerializer(request.user, data=request.data, partial=True)
        data.is_valid(raise_exception=True)
        services.update_profile(request.user, **data.validated_data)
        return Response(serializers.MeSerializer(request.user).data)

    @extend_schema(
        operation_id="me_erase",
        tags=["me"],
        request=serializers.EraseSerializer,
        responses={204: None, 400: PROBLEM, 401: PROBLEM, 429: PROBLEM},
    )
    def delete(self, request):
        """Erase the account and all that belongs to it, at once.

        Needs the password where the login is more than ten minutes old.
        """
        data = serializers.EraseSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        _check_owner(request, data.validated_data.get("password"))
        user = request.user
        tokens.end(request)
        services.erase(user)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _check_owner(request, password):
    session = tokens.session_behind(request)
    recent = session is not None and time.time() - session.get(LOGIN_AT, 0) < RECENT_LOGIN
    if password is None:
        if recent:
            return
        if request.user.has_usable_password():
            message = _("The login is more than ten minutes old: give the password, or log in again.")
        else:
            message = _("The login is more than ten minutes old: log in again.")
        raise exceptions.ValidationError({"password": [message]})
    # Through authenticate, so that wrong guesses count towards the lock-out.
    if authenticate(request._request, email=request.user.email, password=password) != request.user:
        raise exceptions.ValidationError({"password": [_("This is not your password.")]})


class ExportView(APIView):
    permission_classes = (IsAuthenticated,)
    throttle_scope = "export"

    @extend_schema(operation_id="me_export", tags=["me"], responses={200: OpenApiTypes.OBJECT, 401: PROBLEM})
    def get(self, request):
        """Everything that the site holds on the caller, as one JSON file."""
        return exports.as_download(request.user)


class NotificationListView(generics.ListAPIView):
    permission_classes = (IsAuthenticated,)
    serializer_class = serializers.NotificationSerializer
    filter_backends = ()

    def get_queryset(self):
        return selectors.notifications(self.request.user)

    @extend_schema(operation_id="me_notifications", tags=["me"])
    def get(self, request, *args, **kwargs):
        """The caller's notices, newest first."""
        return super().get(request, *args, **kwargs)


class NotificationReadView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(
        operation_id="me_notifications_read",
        tags=["me"],
        request=serializers.ReadSerializer,
        responses={200: serializers.CountSerializer, 400: PROBLEM, 401: PROBLEM},
    )
    def post(self, request):
        """Mark notices read: those in `ids`, or all."""
        data = serializers.ReadSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        read = services.mark_read(request.user, data.validated_data.get("ids"))
        return Response({"read": read, "unread": selectors.unread_count(request.user)})
