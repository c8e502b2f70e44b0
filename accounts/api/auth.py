"""Sign-up and tokens."""

from django.contrib.auth import authenticate
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import exceptions, status
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import services, tokens, visitors
from accounts.api import serializers

PROBLEM = OpenApiResponse(serializers.ProblemSerializer, description="Problem details.")
VISITOR = OpenApiParameter(
    visitors.HEADER, str, OpenApiParameter.HEADER, description="The token of the visitor who becomes this member."
)


class InvalidCredentials(exceptions.APIException):
    """401 on an endpoint that asks for no authentication, where REST framework would make it 403."""

    status_code = status.HTTP_401_UNAUTHORIZED
    default_code = "invalid_credentials"
    default_detail = _("The e-mail address or the password is not right.")
    auth_header = "Bearer"


class InvalidRefresh(InvalidCredentials):
    default_code = "invalid_refresh"
    default_detail = _("This refresh token is unknown, spent or expired. Log in again.")


class PublicView(APIView):
    """For callers without an account; a stale Authorization header must not keep them from getting a new token."""

    authentication_classes = ()
    permission_classes = (AllowAny,)


@method_decorator(sensitive_post_parameters("password"), name="dispatch")
class SignupView(PublicView):
    throttle_scope = "signup"

    @extend_schema(
        operation_id="auth_signup",
        tags=["auth"],
        parameters=[VISITOR],
        request=serializers.SignupSerializer,
        responses={201: serializers.TokensSerializer, 400: PROBLEM, 429: PROBLEM},
    )
    def post(self, request):
        """Make an account and log in; the address may be verified later."""
        visitors.visitor_key(request)
        data = serializers.SignupSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        user = services.sign_up(**data.validated_data, request=request._request)
        return Response(tokens.issue(request._request, user), status=status.HTTP_201_CREATED)


@method_decorator(sensitive_post_parameters("password"), name="dispatch")
class TokenView(PublicView):
    throttle_scope = "token"

    @extend_schema(
        operation_id="auth_token",
        tags=["auth"],
        parameters=[VISITOR],
        request=serializers.CredentialsSerializer,
        responses={200: serializers.TokensSerializer, 400: PROBLEM, 401: PROBLEM, 429: PROBLEM},
    )
    def post(self, request):
        """Log in; ten wrong passwords for an address lock it for the caller for a while."""
        visitors.visitor_key(request)
        data = serializers.CredentialsSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        user = authenticate(request._request, **data.validated_data)
        if user is None:
            raise InvalidCredentials
        return Response(tokens.issue(request._request, user))


class RefreshView(PublicView):
    throttle_scope = "token"

    @extend_schema(
        operation_id="auth_token_refresh",
        tags=["auth"],
        request=serializers.RefreshSerializer,
        responses={200: serializers.TokensSerializer, 400: PROBLEM, 401: PROBLEM},
    )
    def post(self, request):
        """Exchange a refresh token for new tokens; each refresh token works once."""
        data = serializers.RefreshSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        found = tokens.refresh(data.validated_data["refresh"])
        if found is None:
            raise InvalidRefresh
        return Response(found)


class LogoutView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(operation_id="auth_logout", tags=["auth"], request=None, responses={204: None, 401: PROBLEM})
    def post(self, request):
        """End the session behind this token: its access and refresh tokens stop working at once."""
        tokens.end(request)
        return Response(status=status.HTTP_204_NO_CONTENT)


class LogoutEverywhereView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(
        operation_id="auth_logout_everywhere", tags=["auth"], request=None, responses={204: None, 401: PROBLEM}
    )
    def post(self, request):
        """End all sessions and all tokens of the member, this one too."""
        user = request.user
        tokens.end(request)
        services.log_out_everywhere(user)
        return Response(status=status.HTTP_204_NO_CONTENT)
