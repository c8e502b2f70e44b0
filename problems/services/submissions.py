"""Sending programs in, trying them on the samples, and judging again."""

import datetime as dt

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from common.errors import Conflict
from ml import parameters
from ml.parameters import Parameter
from problems.models import Problem, Submission, TestCase, Trial
from problems.services import queue

SCOPE = "problems.judge"
CODE_BYTES = 64 * 1024
INPUT_BYTES = 64 * 1024
MINUTE = dt.timedelta(minutes=1)


class TooMany(Conflict):
    """The member has sent in too many programs; `wait` is in seconds until the next one is taken."""

    def __init__(self, message, wait):
        super().__init__(message, code="too_many")
        self.wait = wait


def define_parameters():
    """Declare what staff may tune; called when the app is ready."""
    parameters.define(
        SCOPE,
        [
            Parameter(
                "per_minute",
                10,
                min=1,
                max=600,
                label=gettext_lazy("Submissions per minute"),
                help=gettext_lazy("How many programs a member may send in within a minute, trial runs included."),
            ),
            Parameter(
                "waiting",
                5,
                min=1,
                max=100,
                label=gettext_lazy("Submissions waiting"),
                help=gettext_lazy("How many programs of one member may wait for the judge at a time."),
            ),
        ],
        title=gettext_lazy("Problems · Judge"),
    )


def submit(*, user, problem, code, language=Submission.Language.PYTHON3):
    """Take a program in for judging; returns the waiting submission.

    Raises
    ------
    ValidationError : no program of at most 64 KB of text, or a language that the judge does not know.
    Conflict : the problem has no tests. TooMany: the member's limits.
    """
    code = clean_code(code)
    _check_language(language)
    _check_tests(problem)
    with transaction.atomic():
        _check_limits(user)
        row = Submission.objects.create(user=user, problem=problem, language=language, code=code)
        Problem.objects.filter(pk=problem.pk).adjust("submission_count", 1)
        queue.wake()
    return row


def run_samples(*, user, problem, code, language=Submission.Language.PYTHON3, input=None):
    """Run a program on the samples, or on the member's own input, without sending it in; returns the waiting trial.

    Raises
    ------
    As `submit` does.
    """
    code = clean_code(code)
    _check_language(language)
    if input is not None:
        input = _clean_text(input, "input", INPUT_BYTES)
    elif not TestCase.objects.filter(problem=problem, is_sample=True).exists():
        raise Conflict(_("This problem has no samples: give an input of your own."), code="no_samples")
    with transaction.atomic():
        _check_limits(user)
        row = Trial.objects.create(user=user, problem=problem, language=language, code=code, input=input)
        queue.wake()
    return row


def rejudge(submissions):
    """Have submissions judged again, after all that waits; the old verdict stays in force until the new one is there.

    Returns how many; those that are waiting or being judged are left out.
    """
    with transaction.atomic():
        rows = submissions.filter(status=Submission.Status.DONE)
        count = rows.update(
            status=Submission.Status.QUEUED, rejudge=F("rejudge") + 1, attempts=0, worker="", tests=[], started_at=None
        )
        if count:
            queue.wake()
    return count


def clean_code(code):
    """The program as it is stored; ValidationError({"code": …}) says what is wrong with it."""
    if isinstance(code, bytes):
        try:
            code = code.decode("utf-8")
        except UnicodeDecodeError:
            raise ValidationError({"code": _("The program is not UTF-8 text.")}) from None
    code = _clean_text(code, "code", CODE_BYTES)
    if not code.strip():
        raise ValidationError({"code": _("The program is empty.")})
    return code


def _clean_text(text, field, most):
    if not isinstance(text, str):
        raise ValidationError({field: _("This must be text.")})
    if "\x00" in text:
        raise ValidationError({field: _("There are NUL characters in it: this is no text.")})
    try:
        size = len(text.encode("utf-8"))
    except UnicodeEncodeError:
        raise ValidationError({field: _("There are broken characters (lone surrogates) in it.")}) from None
    if size > most:
        message = _("It is too long: %(size)s KB; %(most)s KB are allowed.")
        raise ValidationError({field: message % {"size": -(-size // 1024), "most": most // 1024}})
    return text


def _check_language(language):
    if language not in Submission.Language.values:
        known = ", ".join(Submission.Language.values)
        message = _("The judge does not know the language “%(language)s”. It knows: %(known)s.")
        raise ValidationError({"language": message % {"language": str(language)[:40], "known": known}})


def _check_tests(problem):
    if not TestCase.objects.filter(problem=problem).exists():
        raise Conflict(_("This problem cannot be judged: it has no tests yet."), code="no_tests")


def _check_limits(user):
    """Refuse what goes beyond the member's limits; MOA_THROTTLE=off lifts both."""
    if not settings.THROTTLED:
        return
    values = parameters.get(SCOPE)
    get_user_model().objects.select_for_update().get(pk=user.pk)  # of two at once the second sees the first
    waiting = lately = 0
    earliest = timezone.now()
    for model in queue.MODELS:
        own = model.objects.filter(user=user)
        fresh = {"rejudge": 0} if model is Submission else {}
        waiting += own.exclude(status=Submission.Status.DONE).filter(**fresh).count()
        recent = list(own.filter(queued_at__gt=timezone.now() - MINUTE).values_list("queued_at", flat=True))
        lately += len(recent)
        earliest = min([earliest, *recent])
    if waiting >= values["waiting"]:
        text = ngettext(
            "One program of yours is waiting for the judge: wait for its verdict.",
            "%(n)s programs of yours are waiting for the judge: wait for their verdicts.",
            waiting,
        )
        raise TooMany(text % {"n": waiting}, 5)
    if lately >= values["per_minute"]:
        wait = max(1, int((earliest + MINUTE - timezone.now()).total_seconds()) + 1)
        text = _("At most %(most)s programs a minute: try again in %(wait)s seconds.")
        raise TooMany(text % {"most": values["per_minute"], "wait": wait}, wait)
