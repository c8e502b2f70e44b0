"""REST framework, its schema and its rate limits."""

from config.env import THROTTLED, TRUSTED_PROXIES, env

_RATES = {
    "anon": env.str("THROTTLE_ANON", default="600/min"),
    "user": env.str("THROTTLE_USER", default="1200/min"),
    "signup": "30/hour",
    "token": "60/min",
    "email": "10/hour",
    "write": "120/min",
    "import": "20/hour",
    "export": "30/hour",
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "allauth.headless.contrib.rest_framework.authentication.JWTTokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticatedOrReadOnly"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["common.parsers.JSONParser", "rest_framework.parsers.MultiPartParser"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "common.pagination.CursorPagination",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": [
        "common.throttles.AnonThrottle",
        "common.throttles.UserThrottle",
        "common.throttles.ScopedThrottle",
    ]
    if THROTTLED
    else [],
    "DEFAULT_THROTTLE_RATES": _RATES if THROTTLED else dict.fromkeys(_RATES),
    "EXCEPTION_HANDLER": "common.problem.handler",
    "NUM_PROXIES": TRUSTED_PROXIES,
    "PAGE_SIZE": 20,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "UNICODE_JSON": True,
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Moa API",
    "DESCRIPTION": "Clubs, activities, meals and coding problems, and a recommendation model that each member owns.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "common.schema.describe_problems",
    ],
    "ENUM_NAME_OVERRIDES": {
        "DecisionEnum": "activities.api.serializers.DECISIONS",
        "OpeningEnum": "activities.api.serializers.OPENINGS",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"persistAuthorization": True, "displayRequestDuration": True},
}

CORS_ALLOWED_ORIGINS = env.list("CORS_ALLOWED_ORIGINS", default=[])
CORS_URLS_REGEX = r"^/(api|_allauth)/.*$"
CORS_EXPOSE_HEADERS = ["Retry-After", "X-Visitor"]
