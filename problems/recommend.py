"""What recommendations know of coding problems."""

from django.utils.functional import cached_property
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from problems import feeds, importing, selectors, tagging
from problems.models import Attempt, Like, Problem, Tag
from recommendations.domains import Domain, domains

TEXT_LENGTH = 4000


@domains.register
class ProblemDomain(Domain):
    name = "problems"
    verbose_name = _("Problems")
    order = 30
    trace = True
    #: `solve` and `fail` are recorded by the judge when a verdict is final.
    verbs = {"view": 1, "like": 3, "solve": 5, "fail": 2, "dislike": -3, "hide": -5, "impression": 0}
    positive_verbs = frozenset({"solve", "like"})
    families = feeds.FAMILIES
    #: as `evaluate --tune` chose on the demo data (docs/evaluation-problems.md)
    family_settings = {"matrix_factorization": "recency=0.05 regularization=10.0"}
    estimators = (tagging.ESTIMATOR,)
    feeds = feeds.FEEDS
    listed_is_visible = True
    amounts = {"level": _("level")}
    card_template = "problems/_card.html"
    import_columns = importing.COLUMNS

    @cached_property
    def serializer_class(self):
        return import_string("problems.api.cards.ProblemCardSerializer")

    def get_queryset(self, *, user=None, at=None):
        return Problem.objects.published().for_cards()

    def get_visible(self, *, user=None):
        return Problem.objects.published()

    def get_catalogue(self):
        return Problem.objects.published().with_tags()

    def text(self, item):
        words = [f"{row.tag.name_ko} {row.tag.name_en}" for row in item.problem_tags.all()]
        titles = (item.title_ko, item.title_en)
        # Both languages get their share, however long the first one is.
        halves = (item.statement_ko[: TEXT_LENGTH // 2], item.statement_en[: TEXT_LENGTH // 2])
        return "\n".join(part for part in (*titles, " ".join(words), *halves) if part)[: TEXT_LENGTH + 500]

    def label(self, item):
        """The main tag."""
        return next(iter(self.tags(item)), "")

    def tags(self, item):
        return [row.tag.slug for row in item.problem_tags.all()]

    def label_names(self, labels):
        names = {tag.slug: tag.name for tag in Tag.objects.filter(slug__in=labels)}
        return {label: names.get(label, label) for label in labels}

    def numbers(self, item):
        return {"created": item.created_at.timestamp(), "level": float(item.level)}

    def is_listed(self, item):
        return item.is_published

    def get_done(self, user):
        solved = Attempt.objects.filter(user=user, solved_at__isnull=False)
        return {str(pk) for pk in solved.values_list("problem_id", flat=True)}

    def keywords(self, user):
        return " ".join(user.keywords)

    def search(self, query, user=None):
        return selectors.search(query)

    def apply(self, user, item, verb):
        return verb != "like" or Like.objects.get_or_create(user=user, problem=item)[1]

    def apply_many(self, events):
        return importing.apply_likes(events)

    def revert(self, user, item_id, verb):
        if verb == "like":
            Like.objects.filter(user=user, problem_id=item_id).delete()

    def estimator_data(self, name):
        return tagging.training_data()

    def import_items(self, rows):
        return importing.import_problems(rows)
