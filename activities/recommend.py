"""What recommendations know of clubs and activities."""

from django.utils.functional import cached_property
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from accounts.models import Category
from activities import importing, selectors
from activities.models import Activity, Club, Like, Membership, Participation
from activities.services import screening, training
from common.prepared import Prepared
from recommendations.domains import Domain, domains
from recommendations.feeds import CategoryBaseline, Latest, Popular, Similar
from recommendations.for_you import ForYou

TEXT_LENGTH = 2000

CLUBS_DONE = Prepared(
    lambda user: (
        Membership.objects.filter(user=user, status__in=("pending", "approved")).order_by().values_list("club_id")
    )
)
ACTIVITIES_DONE = Prepared(
    lambda user: (
        Participation.objects.filter(user=user, status__in=("pending", "approved"))
        .order_by()
        .values_list("activity_id")
        .union(Like.objects.filter(user=user).order_by().values_list("activity_id"))
    )
)


def join(*parts):
    """One text of bounded length for text models."""
    return "\n".join(part for part in parts if part)[:TEXT_LENGTH]


def taste(user):
    """What a member said of their taste: keywords and favourite categories, as one text."""
    return " ".join([*user.keywords, *(category.name_ko for category in user.categories.all())])


class CategoryDomain(Domain):
    """What clubs and activities have in common: the category is the label that classifiers predict."""

    serializer = ""
    listed_is_visible = True
    plain_cards = True

    @cached_property
    def serializer_class(self):
        return import_string(self.serializer)

    def label(self, item):
        return item.category.slug

    def label_names(self, labels):
        names = {category.slug: category.name for category in Category.objects.filter(slug__in=labels)}
        return {label: names.get(label, label) for label in labels}

    def keywords(self, user):
        return taste(user)

    def search(self, query, user=None):
        return selectors.search(self.name, query)


@domains.register
class ClubDomain(CategoryDomain):
    name = "clubs"
    verbose_name = _("Clubs")
    order = 20
    verbs = {"view": 1, "join": 5, "dislike": -3, "hide": -5, "impression": 0}
    positive_verbs = frozenset({"join"})
    families = ("naive_bayes", "item_item", "popularity", "content")
    family_settings = {"item_item": "recency=0.1"}
    trace = True
    feeds = (ForYou(), Popular(), Latest(), Similar(), CategoryBaseline())
    serializer = "activities.api.cards.ClubCardSerializer"
    card_template = "clubs/_card.html"
    import_columns = importing.CLUB_COLUMNS

    def get_queryset(self, *, user=None, at=None):
        return Club.objects.open().for_cards()

    def get_visible(self, *, user=None):
        return Club.objects.select_related("category")

    def get_catalogue(self):
        return Club.objects.select_related("category", "region").prefetch_related("categories")

    def text(self, item):
        return join(item.name, item.intro, item.info_text)

    def tags(self, item):
        return sorted(category.slug for category in item.categories.all())

    def numbers(self, item):
        return {"created": item.created_at.timestamp(), "region": float(item.region_id or 0)}

    def is_listed(self, item):
        return item.is_open

    def get_done(self, user):
        return {str(pk) for (pk,) in CLUBS_DONE.rows(user=user.pk)}

    def import_items(self, rows):
        return importing.import_clubs(rows)


@domains.register
class ActivityDomain(CategoryDomain):
    name = "activities"
    verbose_name = _("Activities")
    order = 10
    verbs = {"view": 1, "like": 3, "join": 5, "dislike": -3, "hide": -5, "impression": 0}
    families = ("naive_bayes", "item_item", "popularity", "content")
    family_settings = {"item_item": "recency=0.1"}
    trace = True
    estimators = (screening.ESTIMATOR,)
    feeds = (ForYou(), Popular(), Latest(), Similar(), CategoryBaseline())
    serializer = "activities.api.cards.ActivityCardSerializer"
    card_template = "activities/_card.html"
    import_columns = importing.ACTIVITY_COLUMNS

    def define_parameters(self):
        super().define_parameters()
        screening.define_parameters()

    def estimator_data(self, name):
        return training.decisions() if name == screening.ESTIMATOR else super().estimator_data(name)

    def get_queryset(self, *, user=None, at=None):
        return Activity.objects.recruiting(at).for_cards()

    def get_visible(self, *, user=None):
        return Activity.objects.visible_to(user).select_related("category", "club")

    def get_catalogue(self):
        return Activity.objects.exclude(status="draft").select_related("category", "region", "club")

    def text(self, item):
        return join(
            item.title, item.intro, " ".join(item.tags), item.content_text, item.club.name if item.club_id else ""
        )

    def tags(self, item):
        return item.tags

    def numbers(self, item):
        return {"created": item.created_at.timestamp(), "region": float(item.region_id or 0)}

    def is_listed(self, item):
        return item.status == Activity.Status.OPEN and (not item.club_id or item.club.is_open)

    def window(self, item):
        start, end = item.recruit_start, item.recruit_end
        return (start.timestamp() if start else None, end.timestamp() if end else None)

    def get_done(self, user):
        """What the member takes part in or likes: they have lists of their own."""
        return {str(pk) for (pk,) in ACTIVITIES_DONE.rows(user=user.pk)}

    def apply(self, user, item, verb):
        if verb != "like":
            return True
        _row, created = Like.objects.get_or_create(user=user, activity=item)
        if created:
            Activity.objects.filter(pk=item.pk).adjust("like_count", 1)
        return created

    def apply_many(self, events):
        return importing.apply_likes(events)

    def import_items(self, rows):
        return importing.import_activities(rows)

    def revert(self, user, item_id, verb):
        if verb == "like":
            deleted, _rows = Like.objects.filter(user=user, activity_id=item_id).delete()
            if deleted:
                Activity.objects.filter(pk=item_id).adjust("like_count", -1)
