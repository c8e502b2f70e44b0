"""`manage.py rebuild_models [--user ID|EMAIL] [--domain D] [--after ID] [--check]`: replay the log into the stored models."""

import time
from collections import Counter

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from recommendations import personal, verification
from recommendations.domains import Unknown, domains
from recommendations.models import Event

BATCH = 1000
SECONDS = 3.0


class Command(BaseCommand):
    help = "Compare members' models with the replay of their logs; rebuild those that differ, or (--check) only tell."

    def add_arguments(self, parser):
        parser.add_argument("--user", help="id or e-mail address; default: every member")
        parser.add_argument("--domain", help="default: every domain")
        parser.add_argument("--after", type=int, default=0, help="go on after this member's id, where a run was ended")
        parser.add_argument("--check", action="store_true", help="change nothing; exit status 1 where any differs")

    def handle(self, *, user, domain, after, check, **options):
        try:
            chosen = [domains[domain]] if domain else list(domains)
        except Unknown as error:
            raise CommandError(str(error)) from None
        only = self._member(user)
        self.counts: Counter[str] = Counter()
        self.only_check, self.told, last = check, time.monotonic(), after
        try:
            for last in [only] if only else self._members(chosen, after):
                for kind in chosen:
                    self._one(last, kind)
                self._tell(last)
        except KeyboardInterrupt:
            raise CommandError(f"Ended; to go on: --after {max(last - 1, 0)}") from None
        if not only:
            self._leftovers(chosen)
        self._summary(check)

    def _member(self, user):
        if user is None:
            return None
        model = get_user_model()
        try:
            if user.isascii() and user.isdigit():
                return model.objects.get(pk=int(user)).pk
            return model.objects.get(email__iexact=user).pk
        except (model.DoesNotExist, OverflowError, ValueError):
            raise CommandError(f"There is no member {user[:100]!r}; give an id or an e-mail address.") from None

    def _members(self, chosen, after):
        """Ids of members with events, in order and in batches: no query stays open while models are rebuilt."""
        events = Event.objects.filter(user__isnull=False, domain__in=[kind.name for kind in chosen])
        while True:
            rows = events.filter(user_id__gt=after).order_by("user_id").values_list("user_id", flat=True)
            ids = list(rows.distinct()[:BATCH])
            yield from ids
            if len(ids) < BATCH:
                return
            after = ids[-1]

    def _one(self, user_id, kind):
        reason = verification.difference(user_id, kind)
        self.counts["differ" if reason else "equal"] += 1
        if not reason:
            return
        self.stdout.write(f"differs: domain={kind.name} member={user_id} ({reason})")
        if not self.only_check:
            personal.rebuild(user_id, kind)
            self.counts["still"] += bool(verification.difference(user_id, kind))

    def _leftovers(self, chosen):
        """Models whose log is gone: a process died between erasing the one and the other."""
        for kind in chosen:
            for user_id in list(verification.leftovers(kind)):
                self.counts["differ"] += 1
                self.stdout.write(f"differs: domain={kind.name} member={user_id} (there is no log)")
                if not self.only_check:
                    personal.rebuild(user_id, kind)

    def _tell(self, last):
        if time.monotonic() - self.told > SECONDS:
            self.told = time.monotonic()
            done = self.counts["equal"] + self.counts["differ"]
            self.stderr.write(f"{done} models; to go on from here: --after {last}")

    def _summary(self, check):
        done = "left as they are" if check else "rebuilt"
        self.stdout.write(f"{self.counts['equal']} models equal their replay, {self.counts['differ']} differ ({done})")
        if self.counts["still"]:
            raise CommandError(f"{self.counts['still']} models differ again after they were rebuilt; see the log.")
        if check and self.counts["differ"]:
            raise SystemExit(1)
