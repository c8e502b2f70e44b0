"""Who is who: user model, sign-up and login, tokens, social accounts, lock-out."""

import hashlib
from datetime import timedelta

from config.env import THROTTLED, TRUSTED_PROXIES, env, secret
from config.settings.base import SOCIAL_PROVIDERS

SECRET_KEY = secret("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"

ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "accounts.forms.NicknameForm"
ACCOUNT_FORMS = {"signup": "accounts.allauth_forms.SignupForm"}
ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "accounts.adapters.SocialAccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "optional"  # an unverified member may use the site
ACCOUNT_MAX_EMAIL_ADDRESSES = 3
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[Moa] "
# axes counts failed logins, for pages, API and admin alike; a second count with other bounds would only confuse.
ACCOUNT_RATE_LIMITS = {"login_failed": None} if THROTTLED else False
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES

SOCIALACCOUNT_PROVIDERS = {
    name: {
        "APP": {
            "client_id": env.str(f"{name.upper()}_CLIENT_ID"),
            "secret": env.str(f"{name.upper()}_CLIENT_SECRET", default=""),
            "key": "",
        }
    }
    for name in SOCIAL_PROVIDERS
}
SOCIALACCOUNT_LOGIN_ON_GET = False

HEADLESS_CLIENTS = ("app", "browser")
HEADLESS_TOKEN_STRATEGY = "allauth.headless.tokens.strategies.jwt.JWTTokenStrategy"  # noqa: S105  a class
# Stateful: a token dies with its session, which is what "log out everywhere" ends.
HEADLESS_JWT_STATEFUL_VALIDATION_ENABLED = True
HEADLESS_JWT_ACCESS_TOKEN_EXPIRES_IN = env.int("JWT_ACCESS_SECONDS", default=60 * 60)
HEADLESS_JWT_REFRESH_TOKEN_EXPIRES_IN = env.int("JWT_REFRESH_SECONDS", default=60 * 60 * 24 * 30)
# One site signs and verifies, so a symmetric key derived from SECRET_KEY is enough; a PEM in JWT_PRIVATE_KEY makes it RS256.
HEADLESS_JWT_PRIVATE_KEY = env.str("JWT_PRIVATE_KEY", default="", multiline=True)
HEADLESS_JWT_ALGORITHM = "RS256" if HEADLESS_JWT_PRIVATE_KEY else "HS256"
HEADLESS_JWT_PRIVATE_KEY = HEADLESS_JWT_PRIVATE_KEY or hashlib.sha256(f"moa.jwt:{SECRET_KEY}".encode()).hexdigest()

AXES_ENABLED = THROTTLED
AXES_FAILURE_LIMIT = 10
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_HTTP_RESPONSE_CODE = 429
AXES_USERNAME_CALLABLE = "common.lockout.username"
AXES_CLIENT_IP_CALLABLE = "common.lockout.client_ip"
AXES_LOCKOUT_CALLABLE = "common.lockout.response"
AXES_VERBOSE = False
