"""Tables of stored models, model versions, training runs, parameters and revisions."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ml.drafts_models import ParameterDraft, ParameterPublication
from ml.outcomes_models import ModelOutcome
from ml.rollout_models import Promotion, ShadowDay

__all__ = [
    "ModelOutcome",
    "ModelVersion",
    "ParameterChange",
    "ParameterDraft",
    "ParameterPublication",
    "ParameterValue",
    "Promotion",
    "QuarantinedBlob",
    "Revision",
    "ShadowDay",
    "StoredBlob",
    "TrainingRun",
]


class StoredBlob(models.Model):
    """One signed state in a `DatabaseStore`; read and written by the store only."""

    alias = models.CharField(_("store"), max_length=50)
    key = models.CharField(_("key"), max_length=200)
    data = models.BinaryField(_("data"))
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        db_table = "ml_blob"
        verbose_name, verbose_name_plural = _("stored model"), _("stored models")
        constraints = [models.UniqueConstraint(fields=["alias", "key"], name="ml_blob_alias_key")]

    def __str__(self):
        return f"{self.alias}: {self.key}"


class QuarantinedBlob(models.Model):
    """A blob that failed verification, moved aside for staff to look at; never loaded again."""

    alias = models.CharField(_("store"), max_length=50)
    key = models.CharField(_("key"), max_length=200)
    data = models.BinaryField(_("data"))
    reason = models.CharField(_("reason"), max_length=200)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        db_table = "ml_quarantined_blob"
        verbose_name, verbose_name_plural = _("quarantined model"), _("quarantined models")
        indexes = [models.Index(fields=["alias", "key"], name="ml_quarantine_alias_key")]

    def __str__(self):
        return f"{self.alias}: {self.key}"


class Revision(models.Model):
    """A number that grows whenever something that processes cache has changed (`ml.revisions`)."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    number = models.BigIntegerField(_("number"), default=0)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        db_table = "ml_revision"
        verbose_name, verbose_name_plural = _("revision"), _("revisions")

    def __str__(self):
        return f"{self.name} {self.number}"


class ParameterValue(models.Model):
    """A value that staff set for a declared parameter; without a row the declared default holds (`ml.parameters`)."""

    scope = models.CharField(_("scope"), max_length=100)
    name = models.CharField(_("name"), max_length=100)
    value = models.JSONField(_("value"))
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("changed by")
    )
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        verbose_name, verbose_name_plural = _("parameter"), _("parameters")
        constraints = [models.UniqueConstraint(fields=["scope", "name"], name="ml_parameter_scope_name")]

    def __str__(self):
        return f"{self.scope}.{self.name}"


class ParameterChange(models.Model):
    """Who changed which parameter when; null means the default."""

    scope = models.CharField(_("scope"), max_length=100)
    name = models.CharField(_("name"), max_length=100)
    old = models.JSONField(_("old value"), null=True)
    new = models.JSONField(_("new value"), null=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("changed by")
    )
    at = models.DateTimeField(_("changed at"), auto_now_add=True)
    why = models.CharField(_("why"), max_length=500, blank=True)
    publication = models.ForeignKey(
        ParameterPublication,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="changes",
        verbose_name=_("publication of parameters"),
    )

    class Meta:
        verbose_name, verbose_name_plural = _("parameter change"), _("parameter changes")
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["scope", "name", "-at"], name="ml_change_scope_name_at")]

    def __str__(self):
        return f"{self.scope}.{self.name}"


class ModelVersion(models.Model):
    """One trained base of a family for a domain: how good it is, what made it, whether it serves."""

    class Status(models.TextChoices):
        CANDIDATE = "candidate", _("candidate")
        PRODUCTION = "production", _("in production")
        RETIRED = "retired", _("retired")
        REMOVED = "removed", _("removed")

    domain = models.CharField(_("domain"), max_length=50)
    family = models.CharField(_("family"), max_length=50)
    version = models.CharField(_("version"), max_length=64)
    number = models.PositiveIntegerField(_("number"))
    status = models.CharField(_("status"), max_length=20, choices=Status.choices, default=Status.CANDIDATE)
    broken = models.CharField(
        _("broken"), max_length=200, blank=True, help_text=_("Why this version cannot be loaded.")
    )
    metrics = models.JSONField(_("metrics"), default=dict, blank=True)
    params = models.JSONField(_("parameters"), default=dict, blank=True)
    fingerprint = models.CharField(_("training data fingerprint"), max_length=64, blank=True)
    rows = models.PositiveBigIntegerField(_("rows"), default=0)
    window = models.JSONField(_("time window"), null=True, blank=True)
    seed = models.BigIntegerField(_("seed"), default=0)
    code_version = models.CharField(_("code version"), max_length=100, blank=True)
    bytes = models.PositiveBigIntegerField(_("bytes"), default=0)
    picture = models.BinaryField(_("picture"), null=True, blank=True)
    canary = models.FloatField(
        _("canary"),
        default=0.0,
        validators=[MinValueValidator(0.0), MaxValueValidator(1.0)],
        help_text=_("Share of members who are served this version."),
    )
    shadow = models.FloatField(
        _("shadow"),
        default=0.0,
        validators=[MinValueValidator(0.0), MaxValueValidator(1.0)],
        help_text=_("Share of members' requests that this version also ranks, without showing it."),
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name, verbose_name_plural = _("model version"), _("model versions")
        ordering = ["domain", "family", "-number"]
        permissions = [
            ("promote_modelversion", "Can promote and roll back model versions"),
            ("train_modelversion", "Can train model versions and cancel trainings"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["domain", "family", "version"], name="ml_version_unique"),
            models.UniqueConstraint(fields=["domain", "family", "number"], name="ml_version_number"),
            models.UniqueConstraint(
                fields=["domain", "family"], condition=Q(status="production"), name="ml_version_one_production"
            ),
            models.UniqueConstraint(
                fields=["domain", "family"], condition=Q(canary__gt=0), name="ml_version_one_canary"
            ),
            models.UniqueConstraint(
                fields=["domain", "family"], condition=Q(shadow__gt=0), name="ml_version_one_shadow"
            ),
        ]

    def __str__(self):
        return f"{self.domain}/{self.family} #{self.number} ({self.version})"

    @property
    def key(self) -> str:
        """Where the base lies in the store alias `bases`."""
        return f"base/{self.domain}/{self.family}/{self.version}"


class TrainingRun(models.Model):
    """One training of a family for a domain, or evaluation of one of its versions, with its visible progress."""

    class Kind(models.TextChoices):
        TRAIN = "train", _("training")
        EVALUATE = "evaluate", _("evaluation")

    class Status(models.TextChoices):
        QUEUED = "queued", _("queued")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    domain = models.CharField(_("domain"), max_length=50)
    family = models.CharField(_("family"), max_length=50)
    kind = models.CharField(_("kind of run"), max_length=20, choices=Kind.choices, default=Kind.TRAIN)
    again = models.BooleanField(_("gave a version that was there"), default=False)
    status = models.CharField(_("status"), max_length=20, choices=Status.choices, default=Status.QUEUED)
    progress = models.FloatField(
        _("progress"), default=0.0, validators=[MinValueValidator(0.0), MaxValueValidator(1.0)]
    )
    message = models.CharField(_("message"), max_length=200, blank=True)
    log = models.TextField(_("log"), blank=True)
    error = models.TextField(_("error"), blank=True)
    task_id = models.CharField(_("task"), max_length=100, blank=True)
    owner = models.CharField(_("process"), max_length=200, blank=True)
    cancel_requested = models.BooleanField(_("cancel requested"), default=False)
    version = models.ForeignKey(
        ModelVersion, models.SET_NULL, null=True, blank=True, related_name="runs", verbose_name=_("version")
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("training run"), _("training runs")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["domain", "family", "kind"],
                condition=Q(status__in=["queued", "running"]),
                name="ml_training_one_at_a_time",
            )
        ]

    def __str__(self):
        return f"{self.domain}/{self.family} {self.status}"

    @property
    def percent(self) -> int:
        return round(100 * self.progress)
