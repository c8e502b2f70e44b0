"""Members, the categories and regions that they choose from, and the notices that they get."""

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.contrib.sessions.base_session import AbstractBaseSession
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone, translation
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts import validators
from accounts.managers import UserManager

NICKNAME_TAKEN = "nickname_taken"
LANGUAGES = [("ko", "한국어"), ("en", "English")]


class NamedChoice(models.Model):
    """Something members choose by its name, in Korean and English."""

    slug = models.SlugField(_("slug"), max_length=60, unique=True, allow_unicode=True)
    name_ko = models.CharField(_("Korean name"), max_length=100, unique=True)
    name_en = models.CharField(_("English name"), max_length=100, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=100, db_index=True)

    class Meta:
        abstract = True
        ordering = ["order", "name_ko"]

    def __str__(self):
        return self.name

    @property
    def name(self) -> str:
        """The name in the language of the request."""
        if (translation.get_language() or "ko").startswith("en") and self.name_en:
            return self.name_en
        return self.name_ko


class Category(NamedChoice):
    """What a club or an activity is about."""

    history = HistoricalRecords()

    class Meta(NamedChoice.Meta):
        verbose_name = _("category")
        verbose_name_plural = _("categories")


class Region(NamedChoice):
    """A province or metropolitan city."""

    history = HistoricalRecords()

    class Meta(NamedChoice.Meta):
        verbose_name = _("region")
        verbose_name_plural = _("regions")


class User(AbstractUser):
    """A member. Their history is kept in events, not here: erasing the row must leave nothing behind."""

    username = None
    first_name = None
    last_name = None
    email = models.EmailField(
        _("e-mail address"), unique=True, error_messages={"unique": _("This e-mail address is already in use.")}
    )
    nickname = models.CharField(_("nickname"), max_length=30, validators=[validators.validate_nickname])
    region = models.ForeignKey(
        Region, verbose_name=_("region"), null=True, blank=True, on_delete=models.SET_NULL, related_name="members"
    )
    categories = models.ManyToManyField(
        Category, verbose_name=_("favourite categories"), blank=True, related_name="fans"
    )
    keywords = models.JSONField(
        _("keywords"),
        default=list,
        blank=True,
        validators=[validators.validate_keywords],
        help_text=_("Up to three short words about what you like."),
    )
    avatar = models.ImageField(_("picture"), upload_to="avatars/%Y/%m", blank=True)
    language = models.CharField(_("language"), max_length=8, choices=LANGUAGES, blank=True)
    is_placeholder = models.BooleanField(
        _("placeholder"),
        default=False,
        db_index=True,
        help_text=_("Came with imported events; cannot log in."),
    )
    external_id = models.CharField(
        _("external id"),
        max_length=100,
        null=True,
        blank=True,
        unique=True,
        help_text=_("The user's name in an imported file."),
    )

    login_epoch = models.PositiveIntegerField(default=0, editable=False)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["nickname"]

    objects = UserManager()

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="accounts_user_email_ci",
                violation_error_message=_("This e-mail address is already in use."),
            ),
            models.UniqueConstraint(
                Lower("nickname"),
                name="accounts_user_nickname_ci",
                violation_error_code=NICKNAME_TAKEN,
                violation_error_message=_("This nickname is already taken."),
            ),
            models.CheckConstraint(
                condition=models.Q(is_placeholder=False) | models.Q(is_active=False),
                name="accounts_user_placeholder_inactive",
                violation_error_message=_("A placeholder cannot be active."),
            ),
        ]

    def __str__(self):
        return self.nickname

    def get_full_name(self):
        return self.nickname

    def get_short_name(self):
        return self.nickname

    def _get_session_auth_hash(self, secret=None):
        # Raising the epoch ends every session and, through it, every token, without looking for them.
        salt = "accounts.models.User.get_session_auth_hash"
        return salted_hmac(salt, f"{self.login_epoch}:{self.password}", secret=secret, algorithm="sha256").hexdigest()

    def clean(self):
        super().clean()
        self.email = self.email.strip().lower()
        self.nickname = validators.clean_text(self.nickname)

    def validate_constraints(self, exclude=None):
        try:
            super().validate_constraints(exclude)
        except ValidationError as error:
            # A constraint on an expression reports to nobody in particular; forms want the field's name.
            found = {}
            for field, items in error.error_dict.items():
                for item in items:
                    found.setdefault("nickname" if item.code == NICKNAME_TAKEN else field, []).append(item)
            raise ValidationError(found) from None


class MemberSession(AbstractBaseSession):
    """A session, of a browser or behind an API token; `user` is empty for visitors."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="sessions", editable=False
    )

    @classmethod
    def get_session_store_class(cls):
        from accounts.sessions import SessionStore

        return SessionStore


class Notification(models.Model):
    """A notice to one member. `text` is an English message id; `params` fills its %(names)s."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("member"), on_delete=models.CASCADE, related_name="notifications"
    )
    kind = models.SlugField(_("kind"), max_length=50)
    text = models.CharField(_("text"), max_length=300)
    params = models.JSONField(_("parameters"), default=dict, blank=True)
    url = models.CharField(_("address"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    read_at = models.DateTimeField(_("read"), null=True, blank=True)

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["user", "-created_at", "-id"], name="accounts_notice_list"),
            models.Index(fields=["user"], condition=models.Q(read_at=None), name="accounts_notice_unread"),
        ]

    def __str__(self):
        return self.message

    @property
    def message(self):
        """The text in the language of the request."""
        text = translation.gettext(self.text) if self.text else ""
        try:
            return text % self.params if self.params else text
        except (KeyError, TypeError, ValueError):
            return text
