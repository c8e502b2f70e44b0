"""Moderation of comments: reports change nothing, staff decide, authors appeal; each decision is logged and can be undone."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from activities import errors, notices
from activities.models import Appeal, Comment, ModerationDecision, Report, Verdict
from activities.models.moderation import REASON_LENGTH
from activities.services import training
from activities.services.screening import SCOPE
from common import html
from common.errors import Conflict
from ml import parameters

PERMISSION = "activities.moderate_comment"
APPEAL_LENGTH = 1000
DAY = dt.timedelta(days=1)


def comment_report(*, user, comment, reason, note=""):
    """Tell staff of a comment, once. Returns (the report, whether it is new)."""
    if comment.user_id == user.pk:
        raise errors.not_allowed(_("You cannot report your own comment."))
    if reason not in Report.Reason.values:
        raise ValidationError({"reason": ValidationError(_("Choose one of the reasons."), code="invalid_choice")})
    note = _clean("note", note, REASON_LENGTH)
    known = Report.objects.filter(comment=comment, user=user)
    if found := known.first():
        return found, False
    limit = parameters.get(SCOPE)["reports"]
    if Report.objects.filter(user=user, created_at__gt=timezone.now() - DAY).count() >= limit:
        raise Conflict(_("You have reported very much today. Please go on tomorrow."), code="limit")
    try:
        with transaction.atomic():
            return Report.objects.create(comment=comment, user=user, reason=reason, note=note), True
    except IntegrityError:  # the same button twice at once
        return known.get(), False


def comment_appeal(*, user, comment, text):
    """Ask staff to look at one's own hidden comment again: once."""
    if comment.user_id != user.pk:
        raise errors.not_allowed(_("Only its author may appeal."))
    if comment.deleted_at or comment.state != Comment.State.HIDDEN:
        raise Conflict(_("Only a hidden comment can be appealed."), code="not_hidden")
    text = _clean("text", text, APPEAL_LENGTH, lines=True)
    if not text:
        raise ValidationError({"text": ValidationError(_("Write something."), code="blank")})
    try:
        with transaction.atomic():
            return Appeal.objects.create(comment=comment, text=text)
    except IntegrityError:
        raise Conflict(_("You have appealed already."), code="appealed") from None


@transaction.atomic
def comment_decide(*, by, comment, verdict, reason=""):
    """Staff's verdict: shown or hidden, reports and appeal closed, the author told, the filter taught. Returns the log's row."""
    _check(by)
    if verdict not in Verdict.values:
        raise ValidationError({"verdict": ValidationError(_("Choose a verdict."), code="invalid_choice")})
    reason = _clean("reason", reason, REASON_LENGTH)
    if verdict == Verdict.ABUSIVE and not reason:
        raise ValidationError({"reason": ValidationError(_("Say why: the author will read it."), code="blank")})
    comment = _locked(comment.pk)
    if comment.deleted_at:
        raise Conflict(_("Its author has deleted this comment."), code="deleted")
    decision = ModerationDecision.objects.create(
        comment=comment,
        author_id=comment.user_id,
        by=by,
        verdict=verdict,
        reason=reason,
        score=comment.score,
        features=training.features_of(comment.text),
        state_before=comment.state,
        reason_before=comment.reason,
        replaces=ModerationDecision.objects.standing().filter(comment=comment).first(),
    )
    Report.objects.filter(comment=comment, decision=None).update(decision=decision)
    appealed = Appeal.objects.filter(comment=comment, decision=None).update(decision=decision)
    if verdict == Verdict.FINE:
        _set(comment, Comment.State.SHOWN, "", decision, appealed)
    else:
        _set(comment, Comment.State.HIDDEN, reason, decision, appealed)
    training.train_soon()
    return decision


@transaction.atomic
def decision_revert(*, by, decision, train=True):
    """Take a decision back: state, reports and appeal are as they were before, and the filter is trained without it at once.

    `train`: False where many are taken back; call `training.train_now()` after the last.
    """
    _check(by)
    comment = _locked(decision.comment_id) if decision.comment_id else None
    rows = ModerationDecision.objects.filter(pk=decision.pk)
    if not rows.standing().exists():
        message = _("It was taken back already, or decided again since: take the later decision back first.")
        raise Conflict(message, code="reverted")
    rows.update(reverted_at=timezone.now(), reverted_by=by)
    decision.refresh_from_db()
    Report.objects.filter(decision=decision).update(decision=None)
    Appeal.objects.filter(decision=decision).update(decision=None)
    if comment is not None:
        _set(comment, decision.state_before, decision.reason_before)
    if train:
        training.train_now()
    return decision


def forget_member(user):
    """What decisions keep of an erased author's words goes: the next base of the filter leaves them out."""
    ModerationDecision.objects.filter(author=user).update(features=b"", reason="", reason_before="")


def _check(by):
    if by is not None and not by.has_perm(PERMISSION):  # None: the demo data
        raise errors.not_allowed(_("Only moderators decide on comments."))


def _clean(field, text, length, **kind):
    try:
        return html.text(text, length, **kind)
    except ValidationError as error:
        raise ValidationError({field: error.error_list}) from None


def _locked(pk):
    rows = Comment.objects.select_for_update(of=("self",))
    return rows.select_related("user", "activity__host", "parent__user").get(pk=pk)


def _set(comment, state, reason, decision=None, appealed=False):
    """Write the state, and tell the author what became of the comment or of the appeal."""
    before, comment.state, comment.reason = comment.state, state, reason
    comment.save(update_fields=["state", "reason"])
    if comment.deleted_at:
        return
    if appealed or state != before:
        notices.moderated(comment, appealed=bool(appealed))
    if state == Comment.State.SHOWN and before != state and not _was_shown(comment, decision):
        notices.commented(comment)


def _was_shown(comment, decision):
    """Whether others could read it before, so that they were told of it then."""
    earlier = comment.decisions.exclude(pk=decision.pk if decision else None)
    shown = earlier.filter(state_before=Comment.State.SHOWN) | earlier.filter(verdict=Verdict.FINE)
    return decision is None or shown.exists()
