"""`manage.py rebuild_models [--user ID|EMAIL] [--domain D] [--check]`: replay the log into the stored models."""

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from ml.store import stores
from recommendations import personal
from recommendations.domains import Unknown, domains
from recommendations.models import Event


class Command(BaseCommand):
    help = "Replay members' events into their models. With --check nothing is changed; exit status 1 where any differs."

    def add_arguments(self, parser):
        parser.add_argument("--user", help="id or e-mail address; default: every member with events")
        parser.add_argument("--domain", help="default: every domain")
        parser.add_argument("--check", action="store_true")

    def handle(self, *, user, domain, check, **options):
        try:
            chosen = [domains[domain]] if domain else list(domains)
        except Unknown as error:
            raise CommandError(str(error)) from None
        counts = {"equal": 0, "differing": 0}
        for kind in chosen:
            for user_id in self._members(user, kind.name):
                same = self._check(user_id, kind)
                counts["equal" if same else "differing"] += 1
                if not same:
                    self.stdout.write(f"differs: domain={kind.name} member={user_id}")
                    if not check:
                        personal.rebuild(user_id, kind)
                if sum(counts.values()) % 500 == 0:
                    self.stderr.write(f"{kind.name}: {sum(counts.values())} models")
        done = "left as they are" if check else "rebuilt"
        self.stdout.write(f"{counts['equal']} models equal their replay, {counts['differing']} differ ({done})")
        if check and counts["differing"]:
            raise SystemExit(1)

    def _members(self, user, domain):
        if user is None:
            ids = (
                Event.objects.filter(domain=domain, user__isnull=False)
                .order_by("user_id")
                .values_list("user_id", flat=True)
            )
            return ids.distinct().iterator(chunk_size=2000)
        model = get_user_model()
        found = model.objects.filter(pk=int(user)) if user.isdigit() else model.objects.filter(email__iexact=user)
        if not found:
            raise CommandError(f"There is no member {user!r}; give an id or an e-mail address.")
        return [found[0].pk]

    def _check(self, user_id, kind) -> bool:
        """Whether the stored digest is the replay's, both read under the model's lock."""
        verdict = False

        def compare(state):
            nonlocal verdict
            replayed = personal.replay(personal.log(user_id, kind.name).order_by("sequence").iterator(chunk_size=2000))
            verdict = _summary(state or personal.new_state()) == _summary(replayed)
            return state

        with transaction.atomic():
            stores[kind.store].update(personal.key(user_id, kind.name), compare)
        return verdict


def _summary(state) -> tuple:
    return (personal.digest_of(state), *(state[name] for name in ("sequence", "events", "forgotten", "paused")))
