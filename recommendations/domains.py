"""The registry of domains: each app describes what it recommends in one `recommend.py` (docs/how-to/domain.md)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from django.core.exceptions import ImproperlyConfigured
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from ml import estimators as ml_estimators
from ml import families as ml_families
from ml import names, parameters
from ml.families.items import Item
from ml.parameters import Parameter
from recommendations import model_settings
from recommendations.unknown import Unknown, UnknownDomain, UnknownFeed, UnknownVerb

if TYPE_CHECKING:
    from recommendations.feeds import Feed

__all__ = [
    "CLIENT_VERBS",
    "Domain",
    "Offer",
    "Registry",
    "Unknown",
    "UnknownDomain",
    "UnknownFeed",
    "UnknownVerb",
    "domains",
]

#: What pages and apps may post; everything else comes only from the site's own actions.
CLIENT_VERBS = frozenset({"view", "like", "dislike", "hide", "impression"})


class Offer(NamedTuple):
    """What stood together on an offer (a menu of a day), and what models are told of it (`Domain.context`)."""

    items: frozenset[str]
    context: Mapping[str, Any]


class Domain:
    """A kind of thing that can be recommended. Subclass, set the attributes, register: like a Sitemap."""

    name: ClassVar[str]
    verbose_name: ClassVar[Any] = ""
    #: where pages list it; the lowest comes first
    order: ClassVar[int] = 100
    #: verb → weight it is learned with; 0 is recorded and teaches nothing. Staff may tune them ("<name>.verbs").
    verbs: ClassVar[Mapping[str, float]]
    #: verbs that count as success in `evaluate`
    positive_verbs: ClassVar[frozenset[str]] = frozenset({"like", "join", "order", "solve"})
    families: ClassVar[Sequence[str]] = ("naive_bayes", "item_item", "popularity")
    #: family → what differs from its default settings, as staff would write it: "recency=0.2 regularization=100"
    family_settings: ClassVar[Mapping[str, str]] = {}
    #: estimators (ml.estimators.ESTIMATORS) that are trained, versioned and evaluated beside the families
    estimators: ClassVar[Sequence[str]] = ()
    #: whether members' models also keep what was done when (`ml.families.trace`): needed by sequential families
    trace: ClassVar[bool] = False
    feeds: ClassVar[Sequence[Feed]] = ()
    store = "default"
    #: True where everybody may see what is listed: events on it then need no query that asks whether they may
    listed_is_visible: ClassVar[bool] = False
    #: True where `get_queryset` depends on `at` alone, which reaches the SQL as it is, and a card on the row, the language and
    #: the site's address: then the query is compiled once and cards are kept (`recommendations.cards`). Keys are numbers.
    plain_cards: ClassVar[bool] = False
    serializer_class: ClassVar[Any] = None
    card_template: ClassVar[str] = ""

    def get_queryset(self, *, user=None, at=None):
        """Rows that `user` (None: anybody) may be recommended at `at` (None: now)."""
        raise NotImplementedError

    def get_visible(self, *, user=None):
        """Rows that `user` may see, and so send events for; wider than `get_queryset` (closed, past)."""
        return self.get_queryset(user=user)

    def get_catalogue(self):
        """All rows worth modelling, whatever their state; with what `item` reads already joined."""
        return self.get_queryset()

    def text(self, item) -> str:
        raise NotImplementedError

    def label(self, item) -> str:
        return ""

    def tags(self, item) -> Sequence[str]:
        return ()

    def numbers(self, item) -> Mapping[str, float]:
        """Further features; `created` (unix seconds) is what freshness and `latest` go by, `region` (a Region's key) nearness."""
        return {}

    def is_listed(self, item) -> bool:
        """False for rows that nobody may be recommended whatever the time (drafts, closed)."""
        return True

    def window(self, item) -> tuple[float | None, float | None]:
        """Unix seconds between which the row may be recommended (None: open): checked without a query."""
        return (None, None)

    def get_done(self, user) -> set[str]:
        """Ids that `user` has no more use for (joined, bought); left out of their feeds. One query at most."""
        return set()

    def keywords(self, user) -> str:
        """What the member said about their taste (profile), as text for the text model."""
        return ""

    def offered(self, user, at) -> Collection[str] | None:
        """Ids that `user` (None: a visitor) can be shown at `at` (a datetime); None where what is listed and open is it.

        For items that are offered to some, on some days (a meal on a group's menu).
        """
        return None

    #: verbs that choose one item out of an offer, and whether choosing the same again is welcome
    choice_verbs: ClassVar[frozenset[str]] = frozenset({"order"})
    repeats: ClassVar[bool] = False

    def past_offers(self) -> Mapping[str, Offer]:
        """An event's context → what was offered with it, for `evaluate --protocol menu`; empty where nothing is."""
        return {}

    def context(self, user, at) -> Mapping[str, Any]:
        """What models may know of who asks and when (`Personal.context`), besides the time. `user` None: a visitor."""
        return {}

    def training_extra(self, until=None) -> Mapping[str, Any]:
        """What the domain's families are trained on beside items and events (`TrainingData.extra`), known before `until`."""
        return {}

    def estimator_data(self, name: str) -> Any:
        """What the estimator of that name is trained on."""
        raise NotImplementedError(f"The domain {self.name!r} defines no `estimator_data`, which {name!r} needs.")

    #: names in `numbers` that are amounts of something → titles, for rules that explain models in words
    amounts: ClassVar[Mapping[str, Any]] = {}
    #: names in `member_groups` → titles
    groupings: ClassVar[Mapping[str, Any]] = {}

    def member_groups(self, users: Collection[int]) -> Mapping[str, Mapping[int, str]]:
        """By which groups of members evaluations are shown besides their past: grouping → user's key → group."""
        return {}

    def label_names(self, labels: Sequence[str]) -> dict[str, str]:
        """Labels in words, for explanations and the profile."""
        return {label: label for label in labels}

    def apply(self, user, item, verb: str) -> bool:
        """Make the row that belongs to a client's verb (a like is row, event and model together), inside the transaction.

        False when the row was there already: then no further event is recorded.
        """
        return True

    def revert(self, user, item_id: str, verb: str) -> None:
        """Take back what `apply` made, when the event is forgotten."""

    #: Columns of its own that `import_items` takes, besides id, title, text, category, tags and created_at.
    import_columns: ClassVar[Sequence[str]] = ()

    def import_items(self, rows: list[dict]) -> list:
        """Make or update the rows of a file (docs/how-to/import.md) in a few queries; the caller publishes them.

        A dict has the columns that the file has and no others (absent: keep what is there): `id` (the row's
        `external_id`, a unique field of the model), `title`, `text`, `category` (a name), `tags` (a list),
        `created_at` (a time or None), and `import_columns` as text. Ids do not repeat.

        Returns
        -------
        list : in order, (row, "created" | "updated" | "unchanged"), or the ValidationError that says why not.
        """
        culprit = f"{type(self).__qualname__} defines no `import_items`"
        raise NotImplementedError(f"The domain {self.name!r} cannot be imported: {culprit}.")

    def apply_many(self, events: Sequence[Any]) -> list[bool]:
        """`apply` for many unsaved events at once (imports). Override where a query for each is too slow."""
        if type(self).apply is Domain.apply:
            return [True] * len(events)
        rows = {str(row.pk): row for row in self.get_catalogue().filter(pk__in={event.item_id for event in events})}
        return [self.apply(event.user, rows[event.item_id], event.verb) for event in events]

    # -- derived ---------------------------------------------------------------------------------------------------

    def item(self, row) -> Item:
        """The features of a row now, as models see them (without a ref)."""
        return Item(
            id=str(row.pk),
            text=self.text(row),
            label=self.label(row),
            tags=tuple(self.tags(row)),
            numbers=dict(self.numbers(row)),
        )

    @property
    def models(self) -> tuple[str, ...]:
        """All that is trained for the domain: families and estimators."""
        return (*self.families, *self.estimators)

    def feed(self, name: str) -> Feed:
        for feed in self.feeds:
            if feed.name == name:
                return feed
        raise UnknownFeed(self.name, name, [feed.name for feed in self.feeds])

    def weight(self, verb: str, numbers: Mapping[str, int] | None = None) -> float:
        """What `verb` is learned with now (staff may have tuned it)."""
        return float(parameters.get(f"{self.name}.verbs", numbers)[verb])

    def define_parameters(self) -> None:
        """Declare what staff may tune: the verbs' weights and each feed's parameters."""
        names.DOMAINS[self.name] = name = self.verbose_name or self.name
        weights = [
            Parameter(
                verb,
                float(weight),
                min=-20.0,
                max=20.0,
                label=names.verb(verb),
                help=_("How strongly it is learned; below zero: dislike."),
            )
            for verb, weight in self.verbs.items()
        ]
        parameters.define(f"{self.name}.verbs", weights, title=format_lazy("{} · {}", name, _("What events weigh")))
        model_settings.declare(self)
        for feed in self.feeds:
            if feed.parameters:
                title = format_lazy("{} · {}", name, feed.verbose_name or feed.name)
                parameters.define(f"{self.name}.{feed.name}", list(feed.parameters), title=title)


class Registry:
    """Name → domain instance. Refuses broken entries at start-up, naming culprit and fix."""

    def __init__(self) -> None:
        self._domains: dict[str, Domain] = {}

    def register(self, cls: type[Domain]) -> type[Domain]:
        """Class decorator. Raises ImproperlyConfigured for duplicates, unknown families and missing pieces."""
        where = f"{cls.__module__}.{cls.__qualname__}"
        if not (isinstance(cls, type) and issubclass(cls, Domain)):
            raise ImproperlyConfigured(f"{cls!r} cannot be registered: subclass recommendations.domains.Domain")
        name = getattr(cls, "name", "")
        if not isinstance(name, str) or not name.isidentifier():
            raise ImproperlyConfigured(f"{where}: set `name` to a short identifier such as 'meals'")
        if name in self._domains:
            other = type(self._domains[name])
            raise ImproperlyConfigured(
                f"{where}: the domain {name!r} is already registered by {other.__module__}.{other.__qualname__}"
            )
        if not getattr(cls, "verbs", None) or not all(isinstance(w, (int, float)) for w in cls.verbs.values()):
            raise ImproperlyConfigured(f"{where}: set `verbs` to a dict of verb → weight")
        for attribute in ("get_queryset", "text"):
            if getattr(cls, attribute) is getattr(Domain, attribute):
                raise ImproperlyConfigured(f"{where}: define `{attribute}`")
        for kind, known, used in (
            ("family", ml_families.FAMILIES, cls.families),
            ("estimator", ml_estimators.ESTIMATORS, cls.estimators),
        ):
            for model in used:
                if model not in known:
                    raise ImproperlyConfigured(f"{where}: unknown {kind} {model!r}; known: {', '.join(sorted(known))}")
        feeds = [feed.name for feed in cls.feeds]
        if len(set(feeds)) != len(feeds):
            raise ImproperlyConfigured(f"{where}: two feeds have the same name: {', '.join(feeds)}")
        self._domains[name] = cls()
        return cls

    def unregister(self, name: str) -> None:
        self._domains.pop(name, None)

    def __iter__(self) -> Iterator[Domain]:
        return iter(self._domains.values())

    def __contains__(self, name: str) -> bool:
        return name in self._domains

    def __getitem__(self, name: str) -> Domain:
        try:
            return self._domains[name]
        except KeyError:
            raise UnknownDomain(name, list(self._domains)) from None


domains = Registry()
