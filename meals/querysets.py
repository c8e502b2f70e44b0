"""The questions that pages, API and recommendations ask of groups, makers, foods, menus and orders."""

import json

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Greatest
from django.utils import timezone

SEARCH_LENGTH = 100
SEARCH_TERMS = 6


def terms(query):
    """The words of a search, bounded in number and length; NUL would break PostgreSQL."""
    return (query or "").replace("\x00", " ")[:SEARCH_LENGTH].split()[:SEARCH_TERMS]


def any_of(lookup, values):
    """A condition that holds where it does for one of `values`."""
    condition = Q()
    for value in sorted(values):
        condition |= Q(**{lookup: value})
    return condition


class SearchableQuerySet(models.QuerySet):
    """Searching, for makers and foods."""

    search_fields: tuple[str, ...] = ()

    def search(self, query):
        """Rows that hold every word of `query` in some field."""
        found = self
        for term in terms(query):
            condition = Q()
            for field in self.search_fields:
                condition |= Q(**{f"{field}__icontains": term})
            found = found.filter(condition)
        return found


def is_member(user):
    return user is not None and user.is_authenticated


class GroupQuerySet(SearchableQuerySet):
    search_fields = ("name", "address")

    def of(self, user):
        """The groups that a member belongs to."""
        if not is_member(user):
            return self.none()
        return self.filter(pk__in=user.meal_memberships.values("group_id"))

    def visible_to(self, user=None):
        """Public groups and the member's own."""
        public = Q(is_public=True, is_active=True)
        return self.filter(public | Q(pk__in=user.meal_memberships.values("group_id")) if is_member(user) else public)

    def served(self, user=None):
        """The groups whose menus are for `user`: their own, else (visitors, members of none) the public ones."""
        public = Q(is_public=True, is_active=True)
        if not is_member(user):
            return self.filter(public)
        own = user.meal_memberships.filter(group__is_active=True)  # decided in the statement: no query of its own
        return self.filter(Q(is_active=True, pk__in=own.values("group_id")) | (public & ~Exists(own.order_by())))


class MakerQuerySet(SearchableQuerySet):
    search_fields = ("name", "description")

    def working(self, day):
        return self.filter(Q(closed_from=None) | Q(closed_from__gt=day), is_open=True)


class MenuQuerySet(models.QuerySet):
    def visible_to(self, user=None):
        """Menus of public groups and of the member's own."""
        from meals.models import Group

        return self.filter(group__in=Group.objects.visible_to(user).values("pk"))

    def orderable(self, at=None):
        """Offered, not sold out, before the cutoff, of a food and a maker that work."""
        closed = Q(food__maker__closed_from__isnull=False, food__maker__closed_from__lte=F("date"))
        return self.filter(
            ~closed,
            status="offered",
            closes_at__gt=at or timezone.now(),
            ordered__lt=F("stock"),
            food__is_active=True,
            food__maker__is_open=True,
        )

    def for_cards(self):
        """With what a card shows already joined."""
        return self.select_related("food__maker", "food__food_type", "group")


class FoodQuerySet(SearchableQuerySet):
    search_fields = ("name", "name_en", "description", "maker__name")

    def adjust(self, field, change):
        """Add to a kept number without reading it, so that two at once both count; never below zero."""
        return self.update(**{field: Greatest(F(field) + change, 0)})

    def on_offer(self, groups, at=None):
        """Foods that can be ordered now from a menu of one of `groups` (a query set)."""
        from meals.models import Menu

        menus = Menu.objects.orderable(at).filter(group__in=groups.values("pk"), food=OuterRef("pk"))
        return self.filter(Exists(menus), is_active=True)

    def visible_to(self, user=None):
        """Foods that are or were on a menu that `user` may see."""
        from meals.models import Group, Menu

        groups = Group.objects.visible_to(user)
        return self.filter(Exists(Menu.objects.filter(food=OuterRef("pk"), group__in=groups.values("pk"))))

    def tagged(self, tag):
        """Foods with exactly this tag, whatever its case in ASCII."""
        # SQLite keeps JSON as it was written, with other alphabets escaped; PostgreSQL gives it back unescaped.
        written = {json.dumps(tag), json.dumps(tag, ensure_ascii=False)}
        return self.filter(any_of("tags__icontains", written))

    def free_of(self, allergens):
        """Foods that declare none of the allergens (codes)."""
        return self.exclude(any_of("allergens__icontains", {f'"{code}"' for code in allergens})) if allergens else self

    def for_cards(self):
        """With what a card shows already joined."""
        return self.select_related("maker", "food_type")


class OrderQuerySet(models.QuerySet):
    def live(self):
        return self.exclude(status="cancelled")

    def for_cards(self):
        """With what a card shows already joined."""
        return self.select_related("menu__group", "group", "food__maker", "food__food_type")
