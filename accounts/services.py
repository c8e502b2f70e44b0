"""Everything that writes: sign-up, profile, logging out everywhere, erasing, notices, reference data."""

from allauth.account.models import EmailAddress
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.admin.models import LogEntry
from django.contrib.auth.password_validation import validate_password
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import reference, validators
from accounts.hooks import hooks
from accounts.models import Category, MemberSession, Notification, Region, User

PASSWORD_LENGTH = 128
PROFILE = {"nickname", "region", "keywords", "language"}


def ensure_reference_data():
    """Make the categories and regions that are missing; return how many."""
    return reference.ensure(Category, reference.CATEGORIES) + reference.ensure(Region, reference.REGIONS)


def check_password_rules(password, user=None):
    """Raise ValidationError where a new password is too long, too weak or unusable."""
    if len(password) > PASSWORD_LENGTH or "\0" in password:
        raise ValidationError(_("A password has at most %(max)s characters.") % {"max": PASSWORD_LENGTH})
    validate_password(password, user)


def sign_up(*, email, password, nickname, request=None):
    """Make a member with an address to verify; the mail goes out after the commit and may fail.

    Raises
    ------
    django.core.exceptions.ValidationError
        With one entry per bad field.
    """
    user = User(email=email, nickname=nickname)
    user.clean()
    try:
        check_password_rules(password, user)
    except ValidationError as error:
        raise ValidationError({"password": error}) from None
    user.set_password(password)
    user.full_clean(exclude=["password"])
    try:
        with transaction.atomic():
            user.save()
            address = EmailAddress.objects.create(user=user, email=user.email, primary=True)
            address.send_confirmation(request, signup=True)
    except IntegrityError:
        # Somebody else took the name or address between the check and here: the second check names which.
        User(email=user.email, nickname=user.nickname).full_clean(exclude=["password"])
        raise
    return user


def update_profile(user, *, nickname=None, region=..., categories=None, keywords=None, language=None):
    """Change what a member says about themselves; leave out what stays."""
    if nickname is not None:
        user.nickname = validators.clean_text(nickname)
    if region is not ...:
        user.region = region
    if keywords is not None:
        user.keywords = validators.clean_keywords(keywords)
    if language is not None:
        user.language = language
    user.full_clean(exclude={field.name for field in User._meta.fields} - PROFILE)
    with transaction.atomic():
        user.save(update_fields=PROFILE)
        if categories is not None:
            user.categories.set(categories)
    return user


def set_avatar(user, picture):
    """Replace a member's picture; the old file goes once the new one is saved."""
    old, storage = user.avatar.name, user.avatar.storage
    user.avatar = picture
    user.save(update_fields=["avatar"])
    if old:
        transaction.on_commit(lambda: storage.delete(old), robust=True)


@transaction.atomic
def log_out_everywhere(user):
    """End all sessions and all tokens of a member, the caller's too."""
    User.objects.filter(pk=user.pk).update(login_epoch=F("login_epoch") + 1)
    MemberSession.objects.filter(user_id=user.pk).delete()


@transaction.atomic
def erase(user):
    """Delete a member and everything that the apps hold on them; nothing keeps their id, name or address."""
    hooks.erase(user)
    MemberSession.objects.filter(user_id=user.pk).delete()
    emails = {user.email, *EmailAddress.objects.filter(user=user).values_list("email", flat=True)}
    for log in (AccessAttempt, AccessFailureLog, AccessLog):
        log.objects.filter(username__in=emails).delete()
    content_type = ContentType.objects.get_for_model(User)
    LogEntry.objects.filter(content_type=content_type, object_id=str(user.pk)).delete()
    picture, storage = user.avatar.name, user.avatar.storage
    if picture:
        transaction.on_commit(lambda: storage.delete(picture), robust=True)
    user.delete()


def notify(user, kind, text, params=None, url=""):
    """Leave a member a notice; `text` is an English message id with %(names)s that `params` fills."""
    return Notification.objects.create(user=user, kind=kind, text=text, params=params or {}, url=url)


def mark_read(user, ids=None):
    """Mark a member's notices read, all of them or those in `ids`; return how many were unread."""
    notices = Notification.objects.filter(user=user, read_at=None)
    if ids is not None:
        notices = notices.filter(pk__in=ids)
    return notices.update(read_at=timezone.now())


def free_nickname(wanted):
    """Return `wanted`, made valid and with a number where somebody has it already."""
    plain = "".join(char for char in validators.clean_text(wanted or "") if not _is_bad(char))[:24].strip()
    base = plain if len(plain) >= 2 else _("Member")
    if not User.objects.filter(nickname__iexact=base).exists():
        return base
    taken = {
        name.lower() for name in User.objects.filter(nickname__istartswith=base).values_list("nickname", flat=True)
    }
    return next(name for number in range(2, len(taken) + 3) if (name := f"{base}{number}").lower() not in taken)


def _is_bad(char):
    return char == "@" or bool(validators.MARKUP.match(char)) or validators.has_control_characters(char)
