"""`manage.py evaluate DOMAIN`: how well feeds predict what members do next, with intervals, against the simple baselines."""

import json
import sys

from django.core.management.base import BaseCommand, CommandError

from ml import parameters
from recommendations import catalogue, report
from recommendations.data import log_of
from recommendations.domains import Unknown, domains
from recommendations.evaluation import Policy, evaluate, split_times
from recommendations.publishing import publish_all
from recommendations.tuning import WEIGHTS, collect, search


class Command(BaseCommand):
    help = "Progressive evaluation (predict, score, learn, in time order) of the domain's feeds on its own log."

    def add_arguments(self, parser):
        parser.add_argument("domain")
        parser.add_argument("--k", type=int, default=8)
        parser.add_argument(
            "--events", type=int, default=2000, help="at most so many test events, a seeded sample (0: all)"
        )
        parser.add_argument("--refits", type=int, default=4, help="how often bases are refitted within the window")
        parser.add_argument("--tune", action="store_true", help="choose the weights on the validation part first")
        parser.add_argument("--feeds", default="for-you,baseline,popular,latest")
        parser.add_argument("--seed", type=int, default=0)
        parser.add_argument("--json", help="also write the report to this file")

    def handle(self, *, domain, **options):
        try:
            kind = domains[domain]
            feeds = [kind.feed(name) for name in options["feeds"].split(",")]
        except Unknown as error:
            raise CommandError(str(error)) from None
        publish_all(kind)
        log = log_of(kind, catalogue.current(kind.name))
        try:
            validation, test, end = split_times(log)
        except ValueError as error:
            raise CommandError(f"{domain} cannot be evaluated: {error}") from None
        walk_options = {
            "refits": options["refits"],
            "events": options["events"],
            "seed": options["seed"],
            "progress": self._progress,
        }
        policies = [self._policy(kind, feed) for feed in feeds]
        if options["tune"]:
            policies[0] = self._tune(kind, log, policies[0], validation, test, options["k"], walk_options)
        outcome = evaluate(kind, log, policies, test, end, k=options["k"], **walk_options)
        found = report.summary(outcome, len(log.snapshot), seed=options["seed"])
        found["parameters"] = {policy.name: dict(policy.params) for policy in policies}
        self.stdout.write(report.table(found))
        if options["json"]:
            with open(options["json"], "w", encoding="utf-8") as file:
                json.dump(found, file, ensure_ascii=False, indent=1)

    def _policy(self, kind, feed) -> Policy:
        return Policy(feed.name, feed, parameters.get(f"{kind.name}.{feed.name}") if feed.parameters else {})

    def _tune(self, kind, log, policy, start, end, k, walk_options) -> Policy:
        cases = collect(
            kind,
            log,
            policy.feed,
            policy.params,
            start,
            end,
            **{**walk_options, "events": min(walk_options["events"] or 800, 800)},
        )
        weights, value = search(cases, {name: policy.params[name] for name in WEIGHTS}, k=k)
        self.stdout.write(f"validation: {len(cases)} events, NDCG@{k} {value:.4f} with {weights}")
        return Policy(policy.name, policy.feed, {**policy.params, **weights})

    def _progress(self, share, text):
        if sys.stderr.isatty():
            self.stderr.write(f"\r{share:4.0%} {text}", ending="")
