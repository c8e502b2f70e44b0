"""`manage.py bootstrap`: demo data, demo logins, missing bases and schedules. Each step only where it is still to be done."""

import logging
import time
from contextlib import contextmanager
from datetime import timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone
from django_q.models import Schedule
from django_q.tasks import async_task

from accounts.models import User
from accounts.services import ensure_reference_data
from activities import demo as activities_demo
from meals import demo as meals_demo
from ml import parameters, registry, revisions
from problems import demo as problems_demo
from recommendations.domains import domains
from recommendations.models import Event
from recommendations.tasks import train_family
from recommendations.watch import demo as watch_demo
from recommendations.watch.models import WatchMark
from recommendations.watch.run import watch

#: in the order of loading: the members come with the activities
DEMOS = (activities_demo, problems_demo, meals_demo)
#: models that train for some seconds each; feeds serve without them until they are there
LONG = frozenset({"content_choice", "boosting", "neural_cf", "deepfm_choice", "deepfm", "spending", "topic_tagger"})
MEMBER, STAFF, PASSWORD = "member@moa.example", "staff@moa.example", "moa-demo-1234"
SEASONS = (  # from December on
    "연말 모임 겨울 홈베이킹 실내",
    "봄 나들이 꽃 산책 피크닉",
    "여름 바다 물놀이 축제",
    "가을 단풍 등산 캠핑 독서",
)
MINUTES = 10
NIGHT = 4
SCHEDULES = {
    "popularity": ("recommendations.tasks.refresh_popularity", Schedule.HOURLY),
    "retrain": ("recommendations.tasks.retrain", Schedule.DAILY),
    "tags": ("problems.tagging.tag_nightly", Schedule.DAILY),
    "watch": ("recommendations.watch.run.watch", Schedule.HOURLY),
    "prerequisites": ("problems.services.prerequisites.learn_prerequisites", Schedule.DAILY),
    "automatic-orders": ("meals.tasks.order_due", Schedule.MINUTES),
    "meals-delivered": ("meals.tasks.finish_days", Schedule.DAILY),
    "spending": ("meals.tasks.forecast_spending", Schedule.DAILY),
    "source": ("meals.tasks.pull_source", Schedule.HOURLY),
}
#: hours after the other nightly tasks: what uses the bases that `retrain` makes
LATER = {"tags": 2}


@contextmanager
def quiet(*names):
    """Loggers of these names say nothing meanwhile."""
    loggers = [logging.getLogger(name) for name in names]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)


class Command(BaseCommand):
    help = "Load the demo data, train what is not trained yet, plan the scheduled tasks. Does nothing the second time."

    def add_arguments(self, parser):
        parser.add_argument("--no-demo", action="store_true", help="categories, bases and schedules only")
        parser.add_argument("--queue", action="store_true", help="train what takes long in the task queue")

    def handle(self, *, no_demo, queue, **options):
        self.queue = queue
        self.began = time.perf_counter()
        with quiet("ml", "django-q"):  # the lines below say the same for people
            self._start(no_demo)

    def _start(self, no_demo):
        missing = [] if no_demo else [demo for demo in DEMOS if not demo.is_loaded()]
        if missing:
            self._say("demo data (synthetic, see fixtures/README.md)")
            with transaction.atomic():
                ensure_reference_data()
                for demo in missing:
                    demo.load_all(self._say)
                if activities_demo in missing:
                    self._logins()
                    self._season()
                self._say(f"{sum(map(self._shown, domains))} impressions")
        self._train()
        self._schedule()
        self._watch()
        if not no_demo and settings.DEBUG:
            self.stdout.write(f"demo logins: {MEMBER} and {STAFF} (staff), password {PASSWORD}")

    def _say(self, text):
        self.stdout.write(f"[{time.perf_counter() - self.began:5.1f} s] {text}")
        self.stdout.flush()

    def _logins(self):
        """The member with a good history, and a staff user; a public password is for development only."""
        member = User.objects.filter(events__domain="activities").order_by("pk").first()
        staff = User(email=STAFF, nickname="모아지기", is_staff=True, is_superuser=True)
        for user, email in ((member, MEMBER), (staff, STAFF)):
            user.email = email
            user.set_password(PASSWORD if settings.DEBUG else None)
            user.save()
            EmailAddress.objects.update_or_create(user=user, email=email, defaults={"verified": True, "primary": True})

    def _season(self):
        """What visitors are shown in the demo depends on the month, as staff would set it."""
        words = SEASONS[timezone.localdate().month % 12 // 3]
        for feed in ("for-you", "baseline"):
            parameters.set(f"activities.{feed}", "season", words)

    def _shown(self, domain):
        """What a domain's demo members were shown, where nothing was recorded yet."""
        known = Event.objects.filter(domain=domain.name, verb="impression").exists()
        return 0 if known else watch_demo.load(domain)

    def _train(self):
        numbers = revisions.current()
        for domain in domains:
            for family in domain.models:
                if registry.production(domain.name, family, numbers) is None:
                    if self.queue and family in LONG:
                        async_task("recommendations.tasks.train_missing", domain.name, family)
                        self._say(f"{domain.name} {family}: will be trained in the task queue")
                        continue
                    try:
                        version = train_family(domain.name, family, source="command")
                    except ValueError as error:
                        self._say(f"{domain.name} {family}: not trained yet: {error}")
                    else:
                        self._say(f"trained {domain.name} {family} {version.version}")

    def _watch(self):
        """The first count of daily figures, so that the page is not empty until the next hour."""
        if WatchMark.objects.exclude(at=None).exists():
            return
        if self.queue:
            async_task("recommendations.watch.run.watch")
        else:
            watch(mails=False, say=lambda text: None)
            self._say("counted the days for Watch")

    def _schedule(self):
        """What is hourly from the next hour on, what is daily from the coming night on; staff may change it in the admin."""
        hour = timezone.localtime().replace(minute=0, second=0, microsecond=0)
        first = {Schedule.DAILY: hour.replace(hour=NIGHT) + timedelta(days=1), Schedule.MINUTES: timezone.now()}
        for name, (function, often) in SCHEDULES.items():
            start = first.get(often, hour + timedelta(hours=1)) + timedelta(hours=LATER.get(name, 0))
            values = {"func": function, "schedule_type": often, "next_run": start, "minutes": MINUTES}
            Schedule.objects.get_or_create(name=name, defaults=values)
