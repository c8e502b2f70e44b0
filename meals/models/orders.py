"""Menus (a food's offer on a day) and orders. Write through `meals.services`, which keep stock, capacity and catalogue."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from meals import links
from meals.fields import ClosesAtField
from meals.models.foods import Food, Maker
from meals.models.groups import DiningType, Group
from meals.querysets import MenuQuerySet, OrderQuerySet


class Menu(models.Model):
    """One food offered to one group for one meal of one day, at a price of its own."""

    class Status(models.TextChoices):
        OFFERED = "offered", _("offered")
        WITHDRAWN = "withdrawn", _("withdrawn")

    group = models.ForeignKey(Group, verbose_name=_("group"), on_delete=models.CASCADE, related_name="menus")
    date = models.DateField(_("date"))
    dining_type = models.CharField(_("meal"), max_length=10, choices=DiningType, default=DiningType.LUNCH)
    food = models.ForeignKey(Food, verbose_name=_("food"), on_delete=models.PROTECT, related_name="menus")
    price = models.PositiveIntegerField(_("price (won)"))
    stock = models.PositiveIntegerField(_("stock"), default=50)
    ordered = models.PositiveIntegerField(_("meals ordered"), default=0, editable=False)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.OFFERED)
    closes_at = ClosesAtField(_("orders until"))
    external_id = models.CharField(_("external id"), max_length=100, null=True, blank=True, unique=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    history = HistoricalRecords(excluded_fields=["ordered"])
    objects = MenuQuerySet.as_manager()

    class Meta:
        verbose_name = _("menu")
        verbose_name_plural = _("menus")
        ordering = ["date", "dining_type", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["group", "date", "dining_type", "food"],
                name="meals_menu_once",
                violation_error_message=_("This food is on that menu already."),
            ),
            models.CheckConstraint(condition=Q(dining_type__in=["lunch", "dinner"]), name="meals_menu_dining_type"),
            models.CheckConstraint(condition=Q(status__in=["offered", "withdrawn"]), name="meals_menu_status"),
            models.CheckConstraint(
                condition=Q(ordered__lte=F("stock")),
                name="meals_menu_not_oversold",
                violation_error_message=_("The stock is smaller than the number of orders."),
            ),
        ]
        indexes = [
            models.Index(fields=["date", "dining_type", "id"], name="meals_menu_day"),
            models.Index(fields=["status", "closes_at"], name="meals_menu_open"),
            models.Index(fields=["food", "date"], name="meals_menu_food"),
        ]

    def __str__(self):
        return f"{self.date} {self.get_dining_type_display()} · {self.food} · {self.group}"

    @property
    def left(self):
        return max(0, self.stock - self.ordered)

    def state(self, at=None):
        """`withdrawn`, `closed`, `over`, `sold_out` or `open`: what the badge says and what ordering goes by."""
        if self.status != self.Status.OFFERED:
            return "withdrawn"
        if not self.food.is_active or not self.food.maker.works_on(self.date):
            return "closed"
        if (at or timezone.now()) >= self.closes_at:
            return "over"
        return "open" if self.left else "sold_out"


class MakerDay(models.Model):
    """How many meals of a maker are ordered for a day, against what it can make on that day."""

    maker = models.ForeignKey(Maker, verbose_name=_("maker"), on_delete=models.CASCADE, related_name="days")
    date = models.DateField(_("date"))
    capacity = models.PositiveIntegerField(_("meals possible"))
    ordered = models.PositiveIntegerField(_("meals ordered"), default=0)

    class Meta:
        verbose_name = _("maker's day")
        verbose_name_plural = _("makers' days")
        ordering = ["date", "maker"]
        constraints = [
            models.UniqueConstraint(fields=["maker", "date"], name="meals_makerday_once"),
            models.CheckConstraint(
                condition=Q(ordered__lte=F("capacity")),
                name="meals_makerday_not_oversold",
                violation_error_message=_("More meals are ordered than the maker could make."),
            ),
        ]

    def __str__(self):
        return f"{self.maker} {self.date}"


class Order(models.Model):
    """One member's meal for one slot (day and dining type). Price and subsidy are those of the moment of ordering."""

    class Status(models.TextChoices):
        PLACED = "placed", _("ordered")
        DELIVERED = "delivered", _("delivered")
        CANCELLED = "cancelled", _("cancelled")

    class PlacedBy(models.TextChoices):
        SELF = "self", _("by the member")
        AUTO = "auto", _("automatically")

    class Reason(models.TextChoices):
        MEMBER = "member", _("cancelled by the member")
        CHANGED = "changed", _("changed for another meal")
        WITHDRAWN = "withdrawn", _("the menu was withdrawn")
        MAKER_CLOSED = "maker_closed", _("the maker closed")
        DAY_OFF = "day_off", _("no meals on that day")
        STAFF = "staff", _("cancelled by staff")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("member"), on_delete=models.CASCADE, related_name="meal_orders"
    )
    menu = models.ForeignKey(Menu, verbose_name=_("menu"), on_delete=models.PROTECT, related_name="orders")
    group = models.ForeignKey(Group, verbose_name=_("group"), on_delete=models.PROTECT, related_name="orders")
    food = models.ForeignKey(Food, verbose_name=_("food"), on_delete=models.PROTECT, related_name="orders")
    date = models.DateField(_("date"))
    dining_type = models.CharField(_("meal"), max_length=10, choices=DiningType)
    price = models.PositiveIntegerField(_("price (won)"))
    subsidy = models.PositiveIntegerField(_("paid by the company (won)"), default=0)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PLACED)
    placed_by = models.CharField(_("placed"), max_length=10, choices=PlacedBy, default=PlacedBy.SELF)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=20, choices=Reason, blank=True)
    rating = models.PositiveSmallIntegerField(_("rating"), null=True, blank=True)
    comment = models.CharField(_("comment"), max_length=500, blank=True)
    rated_at = models.DateTimeField(_("rated"), null=True, blank=True)
    external_id = models.CharField(_("external id"), max_length=100, null=True, blank=True, unique=True)

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("meal order")
        verbose_name_plural = _("orders")
        ordering = ["-date", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "date", "dining_type"],
                condition=~Q(status="cancelled"),
                name="meals_order_one_per_slot",
                violation_error_message=_("There is an order for this meal already."),
            ),
            models.CheckConstraint(
                condition=Q(status__in=["placed", "delivered", "cancelled"]), name="meals_order_status"
            ),
            models.CheckConstraint(condition=Q(dining_type__in=["lunch", "dinner"]), name="meals_order_dining_type"),
            models.CheckConstraint(
                condition=Q(rating=None) | Q(rating__gte=1, rating__lte=5),
                name="meals_order_rating",
                violation_error_message=_("A rating is a number from 1 to 5."),
            ),
            models.CheckConstraint(condition=Q(subsidy__lte=F("price")), name="meals_order_subsidy"),
            models.CheckConstraint(
                condition=Q(status="cancelled", cancelled_at__isnull=False)
                | (~Q(status="cancelled") & Q(cancelled_at=None)),
                name="meals_order_cancelled",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-date", "-id"], name="meals_order_mine"),
            models.Index(fields=["date", "dining_type", "status"], name="meals_order_day"),
            models.Index(fields=["food", "status"], name="meals_order_food"),
            models.Index(fields=["group", "-date"], name="meals_order_group"),
        ]

    def __str__(self):
        return f"{self.user} · {self.date} {self.get_dining_type_display()} · {self.food}"

    def get_absolute_url(self):
        return links.page("order", self.pk)

    @property
    def own_share(self):
        """What the member pays, in won."""
        return self.price - self.subsidy

    @property
    def is_live(self):
        return self.status != self.Status.CANCELLED

    def can_change(self, at=None):
        """Whether it may be cancelled or changed still."""
        return self.status == self.Status.PLACED and (at or timezone.now()) < self.menu.closes_at
