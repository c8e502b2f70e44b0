"""What staff may set of watching and its mails."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from ml import parameters
from ml.parameters import Parameter

SCOPE = "watch"


def declare() -> None:
    """Parameters of the scope `watch`."""
    drift, mails, queue = _("Drift"), _("Mails"), _("Task queue")
    declared = [
        Parameter(
            "psi",
            0.2,
            min=0.01,
            max=5.0,
            label="PSI",
            group=drift,
            help=_("Alert from this drift on; 0.2 is customary."),
        ),
        Parameter(
            "least",
            100,
            min=1,
            max=1_000_000,
            label=_("Events needed"),
            group=drift,
            help=_("With fewer in either period drift is not judged."),
        ),
        Parameter(
            "failed",
            1,
            min=1,
            max=1000,
            label=_("Failed tasks"),
            group=queue,
            help=_("Alert from so many failures of one task within a day."),
        ),
        Parameter(
            "queue_minutes",
            15,
            min=1,
            max=1440,
            unit=_("minutes"),
            label=_("Queue stands still"),
            group=queue,
            help=_("Alert when a task has waited for longer."),
        ),
        Parameter(
            "worker_minutes",
            5,
            min=1,
            max=1440,
            unit=_("minutes"),
            label=_("No worker"),
            group=queue,
            help=_("Alert when no process of a queue was heard of for longer."),
        ),
        Parameter("mail", True, label=_("Alerts by mail"), group=mails, help=_("To staff who may see this page.")),
        Parameter(
            "addresses",
            "",
            label=_("Further addresses"),
            group=mails,
            help=_("Who else gets the mails, separated by commas."),
        ),
        Parameter(
            "repeat_hours",
            24,
            min=1,
            max=168,
            unit=_("hours"),
            label=_("Remind after"),
            group=mails,
            help=_("A warning that lasts is mailed again only after so long."),
        ),
    ]
    parameters.define(SCOPE, declared, title=_("Watch"))
