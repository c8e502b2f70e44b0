"""Makers (restaurants) and the foods that they make."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.models import NamedChoice
from meals import links
from meals.models.groups import Group
from meals.querysets import FoodQuerySet, MakerQuerySet
from meals.validators import validate_allergens, validate_tags

SPICIEST = 5


class FoodType(NamedChoice):
    """What kind of food it is: Korean, salad, noodles …; what classifiers predict and members leave out."""

    history = HistoricalRecords()

    class Meta(NamedChoice.Meta):
        verbose_name = _("food type")
        verbose_name_plural = _("food types")


class Maker(models.Model):
    """A restaurant. It makes up to `capacity` meals a day, over all groups that it delivers to."""

    name = models.CharField(_("name"), max_length=100)
    description = models.CharField(_("description"), max_length=300, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    capacity = models.PositiveIntegerField(_("meals per day"), default=100)
    groups = models.ManyToManyField(Group, verbose_name=_("delivers to"), blank=True, related_name="makers")
    is_open = models.BooleanField(_("in business"), default=True)
    closed_from = models.DateField(
        _("closed from"), null=True, blank=True, help_text=_("From this day on it makes no meals.")
    )
    external_id = models.CharField(_("external id"), max_length=100, null=True, blank=True, unique=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    history = HistoricalRecords()
    objects = MakerQuerySet.as_manager()

    class Meta:
        verbose_name = _("maker")
        verbose_name_plural = _("makers")
        ordering = ["name", "id"]

    def __str__(self):
        return self.name

    def works_on(self, day):
        return self.is_open and (self.closed_from is None or day < self.closed_from)


class Food(models.Model):
    """A dish of a maker: what is recommended. Its offers on days are menus; prices of orders do not follow it."""

    maker = models.ForeignKey(Maker, verbose_name=_("maker"), on_delete=models.PROTECT, related_name="foods")
    name = models.CharField(_("name"), max_length=200)
    name_en = models.CharField(_("English name"), max_length=200, blank=True)
    description = models.TextField(_("description"), max_length=2000, blank=True)
    food_type = models.ForeignKey(
        FoodType, verbose_name=_("main food type"), on_delete=models.PROTECT, related_name="foods"
    )
    tags = models.JSONField(_("further types and tags"), default=list, blank=True, validators=[validate_tags])
    allergens = models.JSONField(_("allergens"), default=list, blank=True, validators=[validate_allergens])
    price = models.PositiveIntegerField(_("price (won)"))
    spiciness = models.PositiveSmallIntegerField(_("spiciness"), default=0, help_text=_("0 (mild) to 5 (very hot)"))
    calories = models.PositiveIntegerField(_("calories (kcal)"), null=True, blank=True)
    photo = models.ImageField(_("photo"), upload_to="meals/%Y/%m", blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    like_count = models.PositiveIntegerField(_("likes"), default=0, editable=False)
    external_id = models.CharField(_("external id"), max_length=100, null=True, blank=True, unique=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    history = HistoricalRecords(excluded_fields=["like_count"])
    objects = FoodQuerySet.as_manager()

    class Meta:
        verbose_name = _("food")
        verbose_name_plural = _("foods")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(spiciness__lte=SPICIEST),
                name="meals_food_spiciness",
                violation_error_message=_("Spiciness is a number from 0 to 5."),
            )
        ]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="meals_food_newest"),
            models.Index(fields=["food_type", "-created_at", "-id"], name="meals_food_type"),
            models.Index(fields=["maker", "-created_at", "-id"], name="meals_food_maker"),
        ]

    def __str__(self):
        return self.display_name

    def get_absolute_url(self):
        return links.page("food", self.pk)

    @property
    def display_name(self):
        """The name in the language of the request."""
        if (translation.get_language() or "ko").startswith("en") and self.name_en:
            return self.name_en
        return self.name

    @property
    def types(self):
        """The slugs and tags that a member may never want: the main food type, then the tags."""
        return [self.food_type.slug, *self.tags]


class FoodLike(models.Model):
    """A member likes a food. Made by `record_event(verb="like")`, so that row, event and model go together."""

    food = models.ForeignKey(Food, verbose_name=_("food"), on_delete=models.CASCADE, related_name="likes")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("member"), on_delete=models.CASCADE, related_name="food_likes"
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    class Meta:
        verbose_name = _("liked food")
        verbose_name_plural = _("liked foods")
        ordering = ["-created_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["user", "food"], name="meals_like_once")]

    def __str__(self):
        return f"{self.user} ♥ {self.food}"
