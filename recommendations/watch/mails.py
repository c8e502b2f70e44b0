"""The mails of warnings: one mail for all that changed, to each in their language."""

from __future__ import annotations

import datetime as dt
import logging
import re
from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.core.validators import validate_email
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ml import names, parameters
from recommendations.domains import domains
from recommendations.watch import queue
from recommendations.watch.drift import NAMES
from recommendations.watch.models import Alert
from recommendations.watch.tunable import SCOPE

logger = logging.getLogger(__name__)

PAGE = "admin:recommendations_watchday_changelist"


def sentence(alert: Alert) -> str:
    """What is the matter, in the reader's language."""
    return _SENTENCES[alert.cause](alert.about, alert.facts)


def _drift(about: str, facts: dict[str, Any]) -> str:
    domain, _slash, measure = about.partition("/")
    values = {
        "domain": title_of(domain),
        "cause": NAMES.get(measure, measure),
        "recent": facts.get("recent", 0),
        "before": facts.get("before", 0),
        "psi": f"{facts.get('psi', 0.0):.2f}",
    }
    return (
        _(
            "%(domain)s, %(cause)s: the last 7 days (%(recent)d events) differ from the 28 days before (%(before)d events); "
            "PSI %(psi)s."
        )
        % values
    )


def _failed(about: str, facts: dict[str, Any]) -> str:
    n = facts.get("n", 0)
    text = ngettext(
        "Task %(name)s failed %(n)d time within a day.", "Task %(name)s failed %(n)d times within a day.", n
    )
    return text % {"name": f"“{queue.title(about)}”", "n": n}


def _stuck(about: str, facts: dict[str, Any]) -> str:
    n, minutes = facts.get("n", 0), round(facts.get("seconds", 0) / 60)
    text = ngettext(
        "Queue “%(name)s”: %(n)d task waits, the oldest for %(minutes)d minutes.",
        "Queue “%(name)s”: %(n)d tasks wait, the oldest for %(minutes)d minutes.",
        n,
    )
    return text % {"name": about, "n": n, "minutes": minutes}


def _worker(about: str, facts: dict[str, Any]) -> str:
    since = parse_datetime(facts.get("since", ""))
    if since is None:
        return _("No process works off the task queue, and planned tasks are overdue. Start “manage.py qcluster”.")
    at = timezone.localtime(since).strftime("%Y-%m-%d %H:%M")
    return _("No process works off the queue “%(name)s”; the last was heard of at %(at)s.") % {"name": about, "at": at}


def _training(about: str, facts: dict[str, Any]) -> str:
    domain, _slash, family = about.partition("/")
    values = {"domain": title_of(domain), "family": names.of(family), "error": facts.get("error", "")}
    return _("%(domain)s: training of %(family)s failed: %(error)s") % values


_SENTENCES: dict[str, Callable[[str, dict[str, Any]], str]] = {
    Alert.Cause.DRIFT: _drift,
    Alert.Cause.FAILED: _failed,
    Alert.Cause.STUCK: _stuck,
    Alert.Cause.WORKER: _worker,
    Alert.Cause.TRAINING: _training,
}


def title_of(domain: str) -> str:
    return str(domains[domain].verbose_name or domain) if domain in domains else domain


def send(new: Sequence[Alert], lasting: Sequence[Alert], over: Sequence[Alert], now: dt.datetime) -> int:
    """Mail what began, what lasts and what is over; returns how many got it.

    Warnings are claimed before the mail goes out, so that two processes do not mail twice; where nobody could be reached the
    claim is taken back, and the next check tries again.
    """
    people = recipients()
    if not people:
        return 0
    claimed = [(one, one.mailed_at) for one in (*new, *lasting) if _claim(one, now)]
    mine = {one.pk for one, _before in claimed}
    began, lasts = ([one for one in part if one.pk in mine] for part in (new, lasting))
    if not claimed and not over:
        return 0
    sent = sum(_mailed(address, language, began, lasts, over) for address, language in people)
    if not sent:
        for one, before in claimed:
            Alert.objects.filter(pk=one.pk, mailed_at=now).update(mailed_at=before)
    return sent


def _claim(one: Alert, now: dt.datetime) -> int:
    return Alert.objects.filter(pk=one.pk, mailed_at=one.mailed_at, ended_at=None).update(mailed_at=now)


def further() -> tuple[list[str], list[str]]:
    """The addresses that staff entered: (good ones, what is no address)."""
    good, bad = [], []
    for address in re.split(r"[,;\s]+", parameters.get(SCOPE)["addresses"]):
        try:
            validate_email(address)
        except ValidationError:
            bad += [address] if address else []
        else:
            good.append(address)
    return good, bad


def recipients() -> list[tuple[str, str]]:
    """(address, language): staff who may see the page that the mail speaks of, and the addresses that staff entered."""
    staff = get_user_model().objects.filter(is_staff=True, is_active=True).exclude(email="").order_by("pk")
    found = {user.email: user.language for user in staff if user.has_perm("recommendations.view_watchday")}
    return [*found.items(), *((address, "") for address in further()[0] if address not in found)]


def _mailed(address: str, language: str, new: list[Alert], lasting: list[Alert], over: Sequence[Alert]) -> int:
    with translation.override(language or settings.LANGUAGE_CODE):
        lines = []
        for title, part in ((_("New"), new), (_("Still so"), lasting), (_("Over"), over)):
            if part:
                lines += [f"{title}:", *(f"- {sentence(one)}" for one in part), ""]
        lines.append(_("Charts and tables: %(link)s") % {"link": f"{settings.SITE_URL}{reverse(PAGE)}"})
        n = len(new) + len(lasting)
        first = sentence((*new, *lasting, *over)[0])
        subject = (
            ngettext("Moa: %(n)d warning: %(first)s", "Moa: %(n)d warnings: %(first)s", n)
            if n
            else _("Moa: over: %(first)s")
        ) % {"n": n, "first": first}
        try:
            return send_mail(" ".join(subject.split())[:150], "\n".join(lines), None, [address])
        except Exception:
            logger.exception("warnings were not mailed")
            return 0
