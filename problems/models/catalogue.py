"""Problems, their tags, and which tag is learned before which."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator, validate_slug
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from problems.addresses import RESERVED
from problems.querysets import ProblemQuerySet

LOWEST, HIGHEST = 1, 15
TIERS = ("bronze", "silver", "gold")
TIER_LEVELS = 5


def in_english():
    return (translation.get_language() or "ko").startswith("en")


validate_slug_has_letter = RegexValidator(r"[^0-9]", _("A slug needs a letter: digits alone are an id."), "digits")


class Tag(models.Model):
    """An algorithm or a field that a problem belongs to."""

    slug = models.SlugField(_("slug"), max_length=60, unique=True)
    name_ko = models.CharField(_("Korean name"), max_length=100, unique=True)
    name_en = models.CharField(_("English name"), max_length=100, unique=True)

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        ordering = ["slug"]

    def __str__(self):
        return self.name

    @property
    def name(self) -> str:
        """The name in the language of the request."""
        return self.name_en if in_english() else self.name_ko


class Problem(models.Model):
    """A coding problem. Statements are Markdown with KaTeX (`$…$`, `$$…$$`); samples come from the tests."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        PUBLISHED = "published", _("published")

    class Scoring(models.TextChoices):
        PASS_FAIL = "pass-fail", _("pass or fail")
        POINTS = "points", _("points")

    slug = models.SlugField(_("slug"), max_length=80, unique=True, validators=[validate_slug, validate_slug_has_letter])
    external_id = models.CharField(_("external id"), max_length=100, null=True, blank=True, unique=True)
    title_ko = models.CharField(_("Korean title"), max_length=200, blank=True)
    title_en = models.CharField(_("English title"), max_length=200, blank=True)
    statement_ko = models.TextField(_("Korean statement"), blank=True)
    statement_en = models.TextField(_("English statement"), blank=True)
    notes_ko = models.TextField(_("Korean notes"), blank=True)
    notes_en = models.TextField(_("English notes"), blank=True)
    level = models.PositiveSmallIntegerField(
        _("level"),
        default=LOWEST,
        validators=[MinValueValidator(LOWEST), MaxValueValidator(HIGHEST)],
        help_text=_("1–5 bronze, 6–10 silver, 11–15 gold"),
    )
    tags = models.ManyToManyField(
        Tag, verbose_name=_("tags"), through="ProblemTag", related_name="problems", blank=True
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)
    time_limit = models.FloatField(
        _("time limit (s)"), default=1.0, validators=[MinValueValidator(0.1), MaxValueValidator(60)]
    )
    memory_limit_mb = models.PositiveIntegerField(
        _("memory limit (MB)"), default=512, validators=[MinValueValidator(16), MaxValueValidator(4096)]
    )
    output_limit_kb = models.PositiveIntegerField(
        _("output limit (KB)"), default=8192, validators=[MinValueValidator(1), MaxValueValidator(65536)]
    )
    scoring = models.CharField(_("scoring"), max_length=10, choices=Scoring, default=Scoring.PASS_FAIL)
    case_sensitive = models.BooleanField(_("upper and lower case differ"), default=False)
    space_change_sensitive = models.BooleanField(_("white space must match"), default=False)
    float_absolute_tolerance = models.FloatField(
        _("absolute tolerance"), null=True, blank=True, validators=[MinValueValidator(0)]
    )
    float_relative_tolerance = models.FloatField(
        _("relative tolerance"), null=True, blank=True, validators=[MinValueValidator(0)]
    )
    validator = models.TextField(
        _("output validator"),
        blank=True,
        help_text=_("Python program with the arguments input, answer and feedback folder; empty: compare the output."),
    )
    validator_args = models.JSONField(_("arguments of the validator"), default=list, blank=True)
    author = models.CharField(_("author"), max_length=300, blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)
    licence = models.CharField(_("licence"), max_length=200, blank=True)
    solved_count = models.PositiveIntegerField(_("solved by"), default=0, editable=False)
    tried_count = models.PositiveIntegerField(_("tried by"), default=0, editable=False)
    submission_count = models.PositiveIntegerField(_("submissions"), default=0, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    history = HistoricalRecords(excluded_fields=["solved_count", "tried_count", "submission_count"])
    objects = ProblemQuerySet.as_manager()

    class Meta:
        verbose_name = _("problem")
        verbose_name_plural = _("problems")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(level__gte=LOWEST, level__lte=HIGHEST),
                name="problems_problem_levels",
                violation_error_message=_("Levels are 1 to 15."),
            ),
            models.CheckConstraint(condition=Q(status__in=["draft", "published"]), name="problems_problem_status"),
            models.CheckConstraint(condition=Q(scoring__in=["pass-fail", "points"]), name="problems_problem_scoring"),
            models.CheckConstraint(condition=Q(time_limit__gt=0), name="problems_problem_time"),
            models.CheckConstraint(
                condition=~Q(title_ko="", title_en=""),
                name="problems_problem_titled",
                violation_error_message=_("Give a title in Korean or English."),
            ),
        ]
        indexes = [
            models.Index(fields=["status", "-created_at", "-id"], name="problems_problem_latest"),
            models.Index(fields=["status", "level", "id"], name="problems_problem_level"),
            models.Index(fields=["status", "-solved_count", "-id"], name="problems_problem_popular"),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("problems:detail", args=[self.slug])

    def clean(self):
        if self.slug in RESERVED:
            message = _("“%(slug)s” is an address of this site: choose another slug.")
            raise ValidationError({"slug": ValidationError(message, "reserved", {"slug": self.slug})})

    def _text(self, name):
        """A text in the language of the request, or in the other one where it is missing."""
        ko, en = getattr(self, f"{name}_ko"), getattr(self, f"{name}_en")
        return (en or ko) if in_english() else (ko or en)

    @property
    def title(self) -> str:
        return self._text("title")

    @property
    def statement(self) -> str:
        return self._text("statement")

    @property
    def notes(self) -> str:
        return self._text("notes")

    @property
    def tier(self) -> str:
        """`bronze` (levels 1–5), `silver` (6–10) or `gold` (11–15)."""
        return TIERS[(self.level - 1) // TIER_LEVELS]

    @property
    def is_published(self) -> bool:
        return self.status == self.Status.PUBLISHED


class ProblemTag(models.Model):
    """One tag of a problem, and who says so. The first by position is the main tag."""

    class Source(models.TextChoices):
        AUTHOR = "author", _("author")
        MODEL = "model", _("model")
        STAFF = "staff", _("staff")

    problem = models.ForeignKey(
        Problem, verbose_name=_("problem"), on_delete=models.CASCADE, related_name="problem_tags"
    )
    tag = models.ForeignKey(Tag, verbose_name=_("tag"), on_delete=models.CASCADE, related_name="problem_tags")
    source = models.CharField(_("source"), max_length=10, choices=Source, default=Source.STAFF)
    probability = models.FloatField(
        _("probability"), default=1.0, validators=[MinValueValidator(0), MaxValueValidator(1)]
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("tag of a problem")
        verbose_name_plural = _("tags of problems")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["problem", "tag"], name="problems_problemtag_once"),
            models.CheckConstraint(
                condition=Q(probability__gte=0, probability__lte=1), name="problems_problemtag_probability"
            ),
        ]

    def __str__(self):
        return f"{self.problem} · {self.tag}"


class Prerequisite(models.Model):
    """The tag `before` is learned before the tag `after`: learned from the log, corrected by staff."""

    class Source(models.TextChoices):
        GIVEN = "given", _("given at the start")
        LOG = "log", _("learned from submissions")
        STAFF = "staff", _("staff")

    before = models.ForeignKey(Tag, verbose_name=_("first"), on_delete=models.CASCADE, related_name="leads_to")
    after = models.ForeignKey(Tag, verbose_name=_("then"), on_delete=models.CASCADE, related_name="builds_on")
    weight = models.FloatField(
        _("strength"),
        default=1.0,
        validators=[MinValueValidator(0), MaxValueValidator(1)],
        help_text=_("0 to 1; staff set 0 to say that it is none, however often the log shows it."),
    )
    source = models.CharField(_("source"), max_length=10, choices=Source, default=Source.STAFF)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("prerequisite")
        verbose_name_plural = _("prerequisites (tag graph)")
        ordering = ["after__slug", "-weight"]
        constraints = [
            models.UniqueConstraint(fields=["before", "after"], name="problems_prerequisite_once"),
            models.CheckConstraint(
                condition=~Q(before=F("after")),
                name="problems_prerequisite_other",
                violation_error_message=_("A tag cannot come before itself."),
            ),
        ]

    def __str__(self):
        return f"{self.before} → {self.after}"
