"""`manage.py evaluate DOMAIN`: how well feeds predict what members do next, with intervals, against the simple baselines."""

import json
import sys

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _

from ml import drafts, parameters
from recommendations import catalogue, model_settings, report
from recommendations.data import log_of
from recommendations.domains import Unknown, domains
from recommendations.evaluation import Fitter, Policy, evaluate, families_of, split_times, walk
from recommendations.for_you import ForYou
from recommendations.holdout import LastOut, leave_last_out
from recommendations.menus import walk_menus
from recommendations.publishing import publish_all
from recommendations.tuning import tune, tuned_of, weights_of

TUNED_ON = 2000
#: what is compared unless said otherwise; `popularity` is made of for-you
COMPARED = ("for-you", "baseline", "popularity", "latest")


def chosen(kind, policy, tuned):
    """Scope → name → value: the weights, for each feed that has the same ones, and the families' settings."""
    names = tuned_of(policy.feed)
    alike = {policy.feed.name}
    if policy.feed.stacked:  # the same models of the same choices, in other lists
        alike |= {
            feed.name for feed in kind.feeds if isinstance(feed, ForYou) and feed.stacked and tuned_of(feed) == names
        }
    weights = {name: policy.params[name] for name in names}
    values = {f"{kind.name}.{name}": dict(weights) for name in sorted(alike)}
    scope = model_settings.scope_of(kind.name)
    own = parameters.get(scope)
    for family, settings in tuned.items():
        known = {**model_settings.parse(family, own[family]), **settings}
        values.setdefault(scope, {})[family] = model_settings.to_text(known)
    return values


class Command(BaseCommand):
    help = "Progressive evaluation (predict, score, learn, in time order) of the domain's feeds on its own log."

    def add_arguments(self, parser):
        parser.add_argument("domain")
        parser.add_argument("--k", type=int, default=8)
        parser.add_argument("--protocol", choices=["progressive", "last-out", "menu"], default="progressive")
        parser.add_argument("--people", type=int, default=3000, help="last-out: at most so many members")
        parser.add_argument(
            "--events", type=int, default=2000, help="at most so many test events, a seeded sample (0: all)"
        )
        parser.add_argument("--refits", type=int, default=4, help="how often bases are refitted within the window")
        parser.add_argument(
            "--tune",
            action="store_true",
            help="choose the families' parameters and the weights on the validation part first",
        )
        parser.add_argument(
            "--apply",
            action="store_true",
            help="with --tune: serve with what was chosen (then: manage.py train DOMAIN)",
        )
        parser.add_argument(
            "--draft",
            action="store_true",
            help="with --tune: keep what was chosen as a draft, which staff preview and publish (admin: Parameters)",
        )
        parser.add_argument(
            "--feeds", help="default: for-you, baseline, popularity and latest, where the domain has them"
        )
        parser.add_argument("--seed", type=int, default=0)
        parser.add_argument("--json", help="also write the report to this file")

    def handle(self, *, domain, **options):
        try:
            kind = domains[domain]
            policies = [self._policy(kind, name) for name in self._feeds(kind, options["feeds"])]
        except Unknown as error:
            raise CommandError(str(error)) from None
        publish_all(kind)
        log = log_of(kind, catalogue.current(kind.name))
        protocols = {"progressive": self._progressive, "last-out": self._last_out, "menu": self._menu}
        try:
            validation, test = protocols[options["protocol"]](kind, log, options)
        except ValueError as error:
            raise CommandError(f"{domain} cannot be evaluated: {error}") from None
        k = options["k"]
        tuned: dict[str, dict] = {}
        if options["tune"]:
            first, feed = policies[0], policies[0].feed
            if not isinstance(feed, ForYou):
                raise CommandError("--tune chooses the weights of the first feed, which has to be for-you")
            values, tuned = tune(feed, first.params, validation, kind.families, k, self.stdout.write)
            policies[0] = Policy(first.name, feed, values)
            if options["apply"]:
                self._apply(kind, policies[0], tuned)
            if options["draft"]:
                self._draft(kind, policies[0], tuned)
        outcome = evaluate(policies, test(families_of(policies), tuned), k)
        found = report.summary(outcome, len(log.snapshot), seed=options["seed"])
        found["parameters"] = {policy.name: dict(policy.params) for policy in policies}
        found["families"] = tuned
        self.stdout.write(report.table(found))
        if options["json"]:
            with open(options["json"], "w", encoding="utf-8") as file:
                json.dump(found, file, ensure_ascii=False, indent=1)

    def _apply(self, kind, policy, tuned):
        """Store the weights as the feed's parameters, and each family's as the domain's own settings."""
        with transaction.atomic():
            for scope, values in chosen(kind, policy, tuned).items():
                for name, value in values.items():
                    parameters.set(scope, name, value)
        self.stdout.write(f"stored; `manage.py train {kind.name}` fits bases with it")

    def _draft(self, kind, policy, tuned):
        note = _("Found by `manage.py evaluate %(domain)s --tune`.") % {"domain": kind.name}
        draft = drafts.create("", chosen(kind, policy, tuned), note=note)
        self.stdout.write(f"draft “{draft.name}” (number {draft.pk}): preview and publish it in the admin, Parameters")

    def _menu(self, kind, log, options):
        return self._progressive(kind, log, options, walk_menus)

    def _progressive(self, kind, log, options, walk=walk):
        """Makers of the validation and the test steps; weights are chosen on the former only."""
        validation, test, end = split_times(log)
        more = {name: options[name] for name in ("refits", "seed")} | {"progress": self._progress}
        events = options["events"]

        bounded = min(events or TUNED_ON, TUNED_ON)
        fitter = Fitter(kind, log, self._settings(kind))  # keeps what the search for parameters fits again and again

        def first(families, params):
            return walk(
                kind, log, validation, test, families=families, params=params, fitter=fitter, events=bounded, **more
            )

        def second(families, params):
            fresh = Fitter(kind, log, self._settings(kind))
            return walk(kind, log, test, end, families=families, params=params, fitter=fresh, events=events, **more)

        return first, second

    def _last_out(self, kind, log, options):
        """The same for one item held out per member: for validation, the last but one."""
        test = leave_last_out(kind, log, people=options["people"], seed=options["seed"])
        validation = leave_last_out(kind, test.known, least=2, people=TUNED_ON, seed=options["seed"])
        more = {"settings": self._settings(kind), "progress": self._progress}
        return LastOut(kind, validation, **more), LastOut(kind, test, **more)

    def _settings(self, kind):
        """What the site trains each family with."""
        return {family: model_settings.in_force(kind.name, family) for family in kind.families}

    def _feeds(self, kind, given) -> list[str]:
        """The feeds that were asked for; without any, those of `COMPARED` that the domain has."""
        own = {feed.name for feed in kind.feeds} | {"popularity"}
        return given.split(",") if given else [name for name in COMPARED if name in own]

    def _policy(self, kind, name) -> Policy:
        """A feed by name; `popularity` is the default feed with the weight of popularity alone, so nothing used is shown."""
        feed = kind.feed("for-you" if name == "popularity" else name)
        params = parameters.get(f"{kind.name}.{feed.name}") if feed.parameters else {}
        if name == "popularity":
            alone = {"popular": 1.0, "popular_cold": 1.0, "seen": params["seen"], "diversity": 0.0}
            params = {**params, **dict.fromkeys(weights_of(feed), 0.0), **alone}
        return Policy(name, feed, params)

    def _progress(self, share, text):
        if sys.stderr.isatty():
            self.stderr.write(f"\r{share:4.0%} {text}", ending="")
