"""What recommendations know of meals: the item is the food; a menu is its offer on a day to a group."""

from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from meals import importing, spending
from meals.days import today
from meals.feeds import FAMILIES, FEEDS
from meals.learning import offers, past_offers
from meals.models import Food, FoodLike, FoodType, Group, GroupMembership, Menu
from recommendations.domains import Domain, domains

TEXT_LENGTH = 2000


def context_of(day, group):
    """What models may know of who asks (`Domain.context`): the weekday (Monday is 0) and the key of the group."""
    return {"weekday": day.weekday(), "group": group}


@domains.register
class MealDomain(Domain):
    name = "meals"
    verbose_name = _("Meals")
    order = 25
    verbs = {
        "view": 1,
        "like": 3,
        "order": 5,
        "dislike": -3,
        "hide": -5,
        "cancel": -2,
        "skip": -0.5,
        "impression": 0,
    }
    positive_verbs = frozenset({"order", "like"})
    trace = True
    repeats = True
    families = FAMILIES
    estimators = ("spending",)
    feeds = FEEDS
    card_template = "meals/_card.html"
    amounts = {"price": _("price (won)"), "calories": _("calories (kcal)"), "spiciness": _("spiciness")}
    groupings = {"company": _("company")}
    import_columns = importing.FOOD_COLUMNS

    @cached_property
    def serializer_class(self):
        from meals.api.serializers import FoodCardSerializer

        return FoodCardSerializer

    def get_queryset(self, *, user=None, at=None):
        """Foods that can be ordered now: by members from their groups' menus, by visitors from the public ones."""
        return Food.objects.on_offer(Group.objects.served(user), at).for_cards()

    def get_visible(self, *, user=None):
        return Food.objects.visible_to(user).for_cards()

    def get_catalogue(self):
        return Food.objects.for_cards()

    def offered(self, user, at):
        menus = Menu.objects.orderable(at).filter(group__in=Group.objects.served(user).values("pk"))
        return {str(pk) for pk in menus.order_by().values_list("food_id", flat=True)}

    def context(self, user, at):
        group = Group.objects.served(user).order_by("pk").values_list("pk", flat=True).first()
        return context_of(today(at or timezone.now()), group or 0)

    def past_offers(self):
        return past_offers()

    def training_extra(self, until=None):
        return {"offers": offers(until)}

    def estimator_data(self, name):
        return spending.purchases()[0] if name == "spending" else super().estimator_data(name)

    def text(self, item):
        parts = (item.name, item.name_en, item.description, " ".join(item.tags), item.maker.name)
        return "\n".join(part for part in parts if part)[:TEXT_LENGTH]

    def label(self, item):
        return item.food_type.slug

    def tags(self, item):
        return item.types

    def numbers(self, item):
        return {
            "created": item.created_at.timestamp(),
            "price": float(item.price),
            "calories": float(item.calories or 0),
            "spiciness": float(item.spiciness),
            "maker": float(item.maker_id),
        }

    def is_listed(self, item):
        return item.is_active and item.maker.is_open

    def keywords(self, user):
        return " ".join(user.keywords)

    def member_groups(self, users):
        rows = GroupMembership.objects.filter(user__in=users).order_by("-pk").values_list("user_id", "group__name")
        return {"company": dict(rows)}

    def label_names(self, labels):
        names = {kind.slug: kind.name for kind in FoodType.objects.filter(slug__in=labels)}
        return {label: names.get(label, label) for label in labels}

    def search(self, query, user=None):
        return Food.objects.visible_to(user).search(query).for_cards()

    def apply(self, user, item, verb):
        if verb != "like":
            return True
        _row, created = FoodLike.objects.get_or_create(user=user, food=item)
        if created:
            Food.objects.filter(pk=item.pk).adjust("like_count", 1)
        return created

    def revert(self, user, item_id, verb):
        if verb == "like":
            deleted, _rows = FoodLike.objects.filter(user=user, food_id=item_id).delete()
            if deleted:
                Food.objects.filter(pk=item_id).adjust("like_count", -1)

    def apply_many(self, events):
        return importing.apply_likes(events)

    def import_items(self, rows):
        return importing.import_foods(rows)
