"""Daily aggregates. Counts only: no row names a member, an item or an event."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Daily(models.Model):
    """What all aggregates have: a domain and a day of the site's time zone."""

    domain = models.CharField(_("domain"), max_length=32)
    day = models.DateField(_("day"))

    class Meta:
        abstract = True


class WatchDay(Daily):
    """What one feed and model version showed on one day, and what became of it.

    `clicked`, `liked` and `followed` count impressions after which the same person viewed, liked, or joined, ordered or
    solved the item (`recommendations.watch.attribution`).
    """

    feed = models.CharField(_("feed"), max_length=32)
    model_version = models.CharField(_("model version"), max_length=32, blank=True)
    shown = models.PositiveIntegerField(_("shown"), default=0)
    clicked = models.PositiveIntegerField(_("clicked"), default=0)
    liked = models.PositiveIntegerField(_("liked"), default=0)
    followed = models.PositiveIntegerField(_("followed"), default=0)
    people = models.PositiveIntegerField(_("people"), default=0)

    class Meta:
        verbose_name, verbose_name_plural = _("recommendations of a day"), _("Watch")
        permissions = [("retry_task", "Can run failed tasks again")]
        constraints = [
            models.UniqueConstraint(fields=["domain", "day", "feed", "model_version"], name="one_watch_row_per_version")
        ]

    def __str__(self):
        return f"{self.domain}/{self.feed}@{self.model_version} {self.day}"


class MixDay(Daily):
    """How often one value of one trait (label, verb, age) occurred on one day, in what people did or were shown."""

    cause = models.CharField(_("measure"), max_length=20)
    value = models.CharField(_("value"), max_length=100, blank=True)
    n = models.PositiveIntegerField(_("how many"), default=0)

    class Meta:
        verbose_name, verbose_name_plural = _("mix of a day"), _("mixes of days")
        constraints = [
            models.UniqueConstraint(fields=["domain", "day", "cause", "value"], name="one_mix_row_per_value")
        ]

    def __str__(self):
        return f"{self.domain}/{self.cause} {self.day}: {self.value}"


class HealthDay(Daily):
    """How a domain's models were when they were last measured on a day."""

    cold = models.PositiveIntegerField(_("cold members"), default=0)
    hot = models.PositiveIntegerField(_("hot members"), default=0)
    listed = models.PositiveIntegerField(_("listed items"), default=0)
    covered = models.PositiveIntegerField(_("listed items shown"), default=0)
    models_stored = models.PositiveIntegerField(_("stored models"), default=0)
    bytes_mean = models.FloatField(_("bytes on average"), default=0)
    bytes_max = models.PositiveBigIntegerField(_("bytes at most"), default=0)
    learned_events = models.FloatField(_("learned events per model"), default=0)
    learned_weight = models.FloatField(_("learned weight per model"), default=0)
    movement = models.FloatField(_("movement from the base"), null=True, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("health of a day"), _("health of days")
        constraints = [models.UniqueConstraint(fields=["domain", "day"], name="one_health_row_per_day")]

    def __str__(self):
        return f"{self.domain} {self.day}"


class QueueDay(models.Model):
    """The worst that the task queue was seen at on a day."""

    day = models.DateField(_("day"), unique=True)
    waiting = models.PositiveIntegerField(_("waiting tasks"), default=0)
    oldest = models.FloatField(_("oldest, seconds"), default=0)
    failed = models.PositiveIntegerField(_("failed tasks"), default=0)

    class Meta:
        verbose_name, verbose_name_plural = _("queue of a day"), _("queue of days")

    def __str__(self):
        return str(self.day)


class Drift(Daily):
    """The PSI of one measure on one day: the last 7 days against the 28 before them; an alert where it was over."""

    cause = models.CharField(_("measure"), max_length=20)
    psi = models.FloatField(_("PSI"))
    recent = models.PositiveIntegerField(_("events in the last 7 days"), default=0)
    before = models.PositiveIntegerField(_("events in the 28 days before"), default=0)
    judged = models.BooleanField(_("enough events"), default=False)
    over = models.BooleanField(_("alert"), default=False)

    class Meta:
        verbose_name, verbose_name_plural = _("drift"), _("drift")
        constraints = [models.UniqueConstraint(fields=["domain", "day", "cause"], name="one_drift_row_per_cause")]

    def __str__(self):
        return f"{self.domain}/{self.cause} {self.day}: {self.psi:.3f}"


class WatchMark(models.Model):
    """How far a domain's log is aggregated; `run` grows with each run, so that an older one notices a newer."""

    domain = models.CharField(_("domain"), max_length=32, unique=True)
    event = models.BigIntegerField(_("last event"), default=0)
    at = models.DateTimeField(_("aggregated"), null=True, blank=True)
    run = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name, verbose_name_plural = _("state of aggregation"), _("state of aggregation")

    def __str__(self):
        return f"{self.domain} {self.at}"


class StaleDay(Daily):
    """A day whose counts hold somebody who was erased or began anew; a run counts it anew and removes the rows that it read."""

    class Meta:
        verbose_name, verbose_name_plural = _("day to be counted anew"), _("days to be counted anew")
        indexes = [models.Index(fields=["domain"], name="stale_days")]

    def __str__(self):
        return f"{self.domain} {self.day}"


class Alert(models.Model):
    """Something that needs staff, from when it was first seen until it was over. At most one open row for each matter."""

    class Cause(models.TextChoices):
        DRIFT = "drift", _("Drift")
        FAILED = "failed", _("Failed tasks")
        STUCK = "stuck", _("Queue stands still")
        WORKER = "worker", _("No worker")
        TRAINING = "training", _("Failed training")

    cause = models.CharField(_("kind"), max_length=10, choices=Cause.choices)
    about = models.CharField(_("what"), max_length=200, blank=True)
    facts = models.JSONField(_("facts"), default=dict, blank=True)
    began_at = models.DateTimeField(_("began"))
    seen_at = models.DateTimeField(_("last seen"))
    mailed_at = models.DateTimeField(_("mailed"), null=True, blank=True)
    ended_at = models.DateTimeField(_("over"), null=True, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("warning"), _("warnings")
        constraints = [
            models.UniqueConstraint(
                fields=["cause", "about"], condition=models.Q(ended_at=None), name="one_open_alert_per_matter"
            )
        ]

    def __str__(self):
        return f"{self.cause} {self.about}"


class Worker(models.Model):
    """A process that hands out tasks; `at` is when it last said that it is there."""

    key = models.CharField(max_length=64, unique=True)
    cluster = models.CharField(_("queue"), max_length=32)
    host = models.CharField(_("machine"), max_length=100)
    pid = models.PositiveIntegerField(_("process"))
    at = models.DateTimeField(_("last heard of"))

    class Meta:
        verbose_name, verbose_name_plural = _("worker"), _("workers")

    def __str__(self):
        return f"{self.cluster} {self.host}:{self.pid}"


class RunningTask(models.Model):
    """A task that a worker has begun, so that one whose process is killed is missed. `owner` is empty while it waits again."""

    task = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=100, blank=True)
    row = models.BigIntegerField()  # of the queue
    func = models.CharField(_("task"), max_length=256)
    cluster = models.CharField(_("queue"), max_length=32)
    owner = models.CharField(_("process"), max_length=200, blank=True)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    started_at = models.DateTimeField(_("begun"))
    deadline = models.DateTimeField(_("ended by force at"))

    class Meta:
        verbose_name, verbose_name_plural = _("running task"), _("running tasks")

    def __str__(self):
        return f"{self.func} {self.task}"
