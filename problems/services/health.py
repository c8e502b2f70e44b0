"""Whether the judge can run programs: each worker tests its sandbox and reports, pages and API read the reports."""

import datetime as dt
import logging
import socket
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django_q.conf import Conf
from django_q.models import Schedule

from problems import judge
from problems.models import JudgeReport
from problems.services import queue

logger = logging.getLogger(__name__)
#: A report older than this says that no worker lives: each reports at every test of its sandbox, at the latest each minute.
FRESH = dt.timedelta(minutes=5)


@dataclass(frozen=True)
class JudgeHealth:
    """Whether submissions are being judged; where not, `reason` says why, for members."""

    ok: bool
    reason: str = ""


def configure_judge():
    """Tell the judge in this process what the settings say; called when the app is ready."""
    wanted = settings.JUDGE_SANDBOX
    judge.configure({"auto": judge.KINDS, "off": ()}.get(wanted, (wanted,)), settings.JUDGE_UID)


def check_sandbox(*, fresh=False):
    """Return the judge's status in this process after a self-test that is at most five minutes old; store and log it."""
    status = judge.available(fresh=fresh)
    host = socket.gethostname()[:64]
    known = JudgeReport.objects.filter(host=host).first()
    if known is None or known.ok != status.ok or timezone.now() - known.checked_at > FRESH / 5:
        values = {"ok": status.ok, "kind": status.kind, "reason": status.reason, "checked_at": timezone.now()}
        JudgeReport.objects.update_or_create(host=host, defaults=values)
        if not status.ok:
            logger.error("the judge takes no submissions: %s", status.reason)
    return status


def worker_started(**kwargs):
    """A worker of the task queue was started: the judge's test their sandbox, and look for what an earlier one left."""
    if Conf.CLUSTER_NAME != queue.CLUSTER:
        return
    try:
        _plan()
        check_sandbox(fresh=True)
        queue.send_token()
    except Exception:  # else django-q would start one worker after the other
        logger.exception("the judge's worker could not be prepared")


def _plan():
    """Plan the judge's minute. Workers start at once and a schedule's name is not unique: the first one stays."""
    same = {"name": "judge", "func": "problems.tasks.keep_judging", "cluster": queue.CLUSTER}
    if not Schedule.objects.filter(**same).exists():
        Schedule.objects.create(**same, schedule_type=Schedule.MINUTES, minutes=1)
    first = Schedule.objects.filter(**same).order_by("pk").first()
    Schedule.objects.filter(**same).exclude(pk=first.pk).delete()


def judge_health():
    """What pages and API say of the judge; one query."""
    report = JudgeReport.objects.filter(checked_at__gt=timezone.now() - FRESH).order_by("-ok", "-checked_at").first()
    if report is None:
        return JudgeHealth(False, _("No judge is running at the moment; submissions wait until one is."))
    if not report.ok:
        return JudgeHealth(
            False, _("The judge is unavailable: %(reason)s. Submissions wait.") % {"reason": report.reason}
        )
    return JudgeHealth(True)
