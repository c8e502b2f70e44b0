"""Writes on comments."""

import unicodedata

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from activities import errors, notices
from activities.models import Comment
from activities.services import screening
from common import html

COMMENT_LENGTH = 1000
#: marks that turn the direction of writing, by which text reads otherwise than the filter and staff find it
TURNS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
FILLERS = "\u3164\u115f\u1160\uffa0"  # of Hangul: letters by category, but nothing is drawn


def comment_create(*, user, activity, text, parent=None):
    """Say something below an activity, or answer a comment there (one level deep); the filter may hold or hide it."""
    try:
        text = html.text(text, COMMENT_LENGTH, lines=True)
    except ValidationError as error:
        raise ValidationError({"text": error.error_list}) from None
    text = text.translate(TURNS).strip()
    if not _is_seen(text):
        raise ValidationError({"text": ValidationError(_("Write something."), code="blank")})
    if parent is not None:
        parent = _thread(parent, activity)
    screened = screening.screen(text)
    with transaction.atomic():
        comment = Comment.objects.create(user=user, activity=activity, parent=parent, text=text, **screened._asdict())
        if comment.is_shown:
            notices.commented(comment)
        elif comment.state == Comment.State.HIDDEN:  # what is held, the page says at once
            notices.moderated(comment)
    return comment


def _is_seen(text):
    """Whether anything of it can be seen: not only spaces, invisible letters, and marks without a letter."""
    return any(unicodedata.category(letter)[0] not in "ZCM" and letter not in FILLERS for letter in text)


def _thread(parent, activity):
    if parent.activity_id != activity.pk or parent.deleted_at or not parent.is_shown:
        message = _("There is no such comment below this activity.")
        raise ValidationError({"parent": ValidationError(message, code="parent")})
    return parent.parent or parent


def comment_delete(*, user, comment):
    """Take a comment away: its author may, and whoever organises the activity. The place in the thread stays."""
    if comment.user_id != user.pk and not comment.activity.is_run_by(user):
        raise errors.not_allowed(_("Only its author or the organiser may delete a comment."))
    if comment.deleted_at is None:
        comment.text, comment.deleted_at = "", timezone.now()
        comment.save(update_fields=["text", "deleted_at"])
