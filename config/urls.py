"""The site's addresses."""

from importlib.util import find_spec

from django.conf import settings
from django.contrib import admin
from django.shortcuts import redirect
from django.templatetags.static import static as static_url
from django.urls import URLPattern, URLResolver, include, path, re_path
from drf_spectacular.views import SpectacularAPIView

from config import docs, errors, health
from config.media import media

handler400 = errors.bad_request
handler403 = errors.permission_denied
handler404 = errors.page_not_found
handler500 = errors.server_error


def optional(route: str, module: str) -> list[URLPattern | URLResolver]:
    """Include a module's addresses where it exists."""
    return [path(route, include(module))] if find_spec(module) else []


urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("favicon.ico", lambda request: redirect(static_url("img/mark.svg"))),
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", docs.DocsView.as_view(url_name="schema"), name="docs"),
    path("api/v1/", include("config.api")),
    path("api/", errors.unknown_endpoint),
    # Not <path:>, which leaves out addresses with a line break in them.
    re_path(r"^api/(?P<rest>[\s\S]+)\Z", errors.unknown_endpoint),
    path("_allauth/", include("allauth.headless.urls")),
    *optional("accounts/", "accounts.urls"),
    path("accounts/", include("allauth.urls")),
    *optional("", "activities.urls"),
    *optional("", "meals.urls"),
    *optional("", "problems.urls"),
    *optional("", "pages.urls"),
]

if settings.SERVE_MEDIA:
    urlpatterns.insert(0, re_path(r"^media/(?P<path>[\s\S]*)\Z", media))
