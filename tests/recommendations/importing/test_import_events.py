"""`manage.py import_events`: log, models and rows agree, whatever the file."""

import datetime as dt
import json

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection

from accounts.models import Category
from activities.models import Activity, Like
from ml.store import stores
from recommendations import personal
from recommendations.domains import domains
from recommendations.models import Event
from recommendations.publishing import publish_rows
from recommendations.services import forget_event, pause, record_event

pytestmark = pytest.mark.postgres
User = get_user_model()
GOOD = "user,item,verb,occurred_at,value\nu1,1,view,2024-05-01T10:00:00,\nu1,1,like,2024-05-02,4.5\nu2,2,dislike,2024-05-03,\n"


@pytest.fixture
def items(db):
    """Activities with the external ids 1 to 5."""
    category = Category.objects.get(slug="sports")
    rows = [Activity.objects.create(title=f"t{n}", category=category, external_id=str(n)) for n in range(1, 6)]
    publish_rows(domains["activities"], rows)
    return {row.external_id: row for row in rows}


def log(**filters):
    rows = Event.objects.filter(**filters).order_by("user_id", "sequence")
    return list(rows.values_list("user__external_id", "sequence", "verb", "weight", "value"))


def stored_and_replayed(user):
    """Digests of the model in the store and of the log's replay, with the counters."""
    stored = stores["default"].get(personal.key(user.pk, "activities"))
    replayed = personal.replay(personal.log(user.pk, "activities").order_by("sequence"), domain="activities")
    return tuple(
        (personal.digest_of(s), s["sequence"], s["events"], s["forgotten"], s["paused"]) for s in (stored, replayed)
    )


def assert_models_equal_their_log():
    users = User.objects.filter(events__isnull=False).distinct()
    assert users
    for user in users:
        stored, replayed = stored_and_replayed(user)
        assert stored == replayed


def test_events_are_recorded_and_learned(import_events, make_file, items):
    outcome = import_events(make_file("a.csv", GOOD))
    assert outcome.summary == "activities: 3 read, 3 recorded, 0 known already, 0 left out, 0 bad, 2 members"
    assert log() == [("u1", 1, "view", 1000, None), ("u1", 2, "like", 3000, 4.5), ("u2", 1, "dislike", -3000, None)]
    event = Event.objects.get(verb="view")
    assert event.occurred_at == dt.datetime(2024, 5, 1, 1, tzinfo=dt.UTC)
    assert event.item_id == str(items["1"].pk)
    assert_models_equal_their_log()
    call_command("rebuild_models", "--check")


def test_an_import_learns_what_record_event_does(import_events, make_file, items, alice):
    import_events(make_file("a.csv", GOOD))
    for verb, (day, hour) in {"view": (1, 1), "like": (1, 15)}.items():  # those of the file, which are in Seoul's time
        when = dt.datetime(2024, 5, day, hour, tzinfo=dt.UTC)
        record_event(domain="activities", item=items["1"], verb=verb, user=alice, occurred_at=when)
    own, imported = (
        stores["default"].get(personal.key(u.pk, "activities")) for u in (alice, User.objects.get(external_id="u1"))
    )
    assert personal.digest_of(imported) == personal.digest_of(own)


def test_likes_are_rows_and_counted_once(import_events, make_file, items):
    path = make_file(
        "a.csv", "user,item,occurred_at\nu1,1,2024-05-02\nu1,1,2024-05-03\nu2,1,2024-05-03\nu2,2,2024-05-03\n"
    )
    outcome = import_events(path, "--verb", "like")
    assert outcome.summary == "activities: 4 read, 3 recorded, 1 known already, 0 left out, 0 bad, 2 members"
    assert Like.objects.count() == 3
    assert list(Activity.objects.order_by("pk").values_list("like_count", flat=True)) == [2, 1, 0, 0, 0]
    assert Like.objects.filter(user__external_id="u1").get().created_at == dt.datetime(2024, 5, 1, 15, tzinfo=dt.UTC)
    assert_models_equal_their_log()


def test_the_same_file_again_records_nothing(import_events, make_file, items):
    path = make_file("a.csv", GOOD)
    import_events(path)
    before = list(Event.objects.values()), Like.objects.count(), User.objects.count()
    outcome = import_events(path)
    assert outcome.summary == "activities: 3 read, 0 recorded, 3 known already, 0 left out, 0 bad, 0 members"
    assert (list(Event.objects.values()), Like.objects.count(), User.objects.count()) == before


def test_a_longer_file_adds_only_what_is_new(import_events, make_file, items):
    import_events(make_file("a.csv", GOOD))
    outcome = import_events(make_file("b.csv", GOOD + "u1,3,view,2024-05-04,\n"))
    assert outcome.summary == "activities: 4 read, 1 recorded, 3 known already, 0 left out, 0 bad, 0 members"
    assert log(sequence=3) == [("u1", 3, "view", 1000, None)]
    assert_models_equal_their_log()


def test_what_a_member_has_forgotten_does_not_come_back(import_events, make_file, items):
    path = make_file("a.csv", GOOD)
    import_events(path)
    user = User.objects.get(external_id="u1")
    forget_event(user, Event.objects.get(user=user, verb="like").pk)
    import_events(path)
    assert list(Event.objects.filter(user=user).order_by("sequence").values_list("verb", flat=True)) == ["view", ""]
    assert Like.objects.count() == 0
    assert_models_equal_their_log()


def test_unknown_users_become_placeholders_who_cannot_log_in(import_events, make_file, items, client):
    import_events(make_file("a.csv", GOOD))
    user = User.objects.get(external_id="u1")
    assert (user.is_placeholder, user.is_active, user.has_usable_password()) == (True, False, False)
    assert user.email.endswith("@placeholder.invalid")
    user.full_clean(exclude=["password"])


def test_members_are_known_by_their_address(import_events, make_file, items, alice):
    Activity.objects.filter(external_id="1").update(external_id="x:1")
    path = make_file("a.csv", "user,item,verb\nALICE@moa.example,1,view\nbob@moa.example,1,view\n")
    assert import_events(path, "--source", "x").bad == []
    assert Event.objects.filter(user=alice).count() == 1
    assert list(User.objects.filter(is_placeholder=True).values_list("external_id", flat=True)) == ["x:bob@moa.example"]


def test_a_paused_member_records_and_does_not_learn(import_events, make_file, items, alice):
    pause(alice, "activities")
    import_events(make_file("a.csv", f"user,item,verb\n{alice.email},1,like\n"))
    rows = Event.objects.filter(user=alice).order_by("sequence").values_list("verb", "weight")
    assert list(rows) == [("pause", 0), ("like", 0)]
    assert_models_equal_their_log()


BAD = (
    "user,item,verb,occurred_at,value\n"
    ",1,view,2024-05-01,\n"
    "u1,,view,2024-05-01,\n"
    "u1,99,view,2024-05-01,\n"
    "u1,1,buy,2024-05-01,\n"
    "u1,1,,2024-05-01,\n"
    "u1,1,view,,\n"
    "u1,1,view,2999-01-01,\n"
    "u1,1,view,1970-01-01T12:00:00,\n"
    "u1,1,view,2024-05-01,good\n"
    "u1,1,view,2024-05-01,nan\n"
    "u1,1,view\n"
    "u1,1,pause,2024-05-01,\n"
    "u1,1,view,2024-05-01,1\n"
)
REASONS = [
    "line 2: user is empty",
    "line 3: item is empty",
    "line 4: there is no item '99' in 'activities'; import the items first",
    "line 5: verb: There is no verb 'buy'; there are: dislike, hide, impression, join, like, view.",
    "line 6: verb is empty",
    "line 7: occurred_at is empty",
    "line 8: occurred_at: '2999-01-01' is in the future",
    "line 9: occurred_at: an event cannot be before 1970-01-02",
    "line 10: value: 'good' is not a number",
    "line 11: value: 'nan' is not a finite number",
    "line 12: the row has 3 columns, the header 5",
    "line 13: verb: There is no verb 'pause'; there are: dislike, hide, impression, join, like, view.",
]


def test_bad_rows_are_reported_and_the_rest_is_loaded(import_events, make_file, items):
    outcome = import_events(make_file("a.csv", BAD))
    assert outcome.bad == REASONS
    assert log() == [("u1", 1, "view", 1000, 1.0)]
    assert outcome.error == ""


def test_atomic_loads_nothing_where_a_row_is_bad(import_events, make_file, items):
    outcome = import_events(make_file("a.csv", BAD), "--atomic")
    assert outcome.error == "nothing was loaded: 12 bad rows, and --atomic was given"
    assert (Event.objects.count(), User.objects.count(), list(stores["default"].keys("personal/"))) == (0, 0, [])


def test_events_of_unknown_items_alone_make_no_members(import_events, make_file, items):
    outcome = import_events(make_file("a.csv", "user,item,verb\nu1,99,view\n"))
    assert outcome.error == "nothing could be loaded"
    assert User.objects.count() == 0


def test_small_and_missing_values_are_left_out(import_events, make_file, items):
    rows = [{"u": 1, "i": n, "r": rating} for n, rating in enumerate((5, 3.5, "4", None, 4.0), 1)]
    path = make_file("a.jsonl", "\n".join(map(json.dumps, rows)))
    outcome = import_events(
        path, "--map", "u=user", "--map", "i=item", "--map", "r=value", "--verb", "like", "--min-value", "4"
    )
    assert outcome.summary == "activities: 5 read, 3 recorded, 0 known already, 2 left out, 0 bad, 1 members"
    assert [row[4] for row in log()] == [5.0, 4.0, 4.0]


def test_times_may_be_milliseconds(import_events, make_file, items):
    import_events(make_file("a.csv", "user,item,verb,occurred_at\nu1,1,view,1714525200000\n"), "--time-unit", "ms")
    assert Event.objects.get().occurred_at == dt.datetime(2024, 5, 1, 1, tzinfo=dt.UTC)


def test_rows_of_one_member_are_learned_in_time_order(import_events, make_file, items):
    import_events(make_file("a.csv", "user,item,verb,occurred_at\nu1,1,view,2024-05-02\nu1,2,view,2024-05-01\n"))
    assert [e.item_id for e in Event.objects.order_by("sequence")] == [str(items["2"].pk), str(items["1"].pk)]


@pytest.mark.parametrize(
    ("args", "error"),
    [
        (["--verb", "buy"], "There is no verb 'buy'; there are: dislike, hide, impression, join, like, view."),
        ([], "missing: verb. Columns found: user, item. Needed: user, item, verb; optional: occurred_at, value."),
        (
            ["--verb", "view", "--min-value", "4"],
            "missing: value. Columns found: user, item. Needed: user, item, value;",
        ),
        (["--verb", "view", "--min-value", "nan"], "--min-value must be a finite number"),
    ],
)
def test_wrong_columns_and_options_are_refused(import_events, make_file, items, args, error):
    outcome = import_events(make_file("a.csv", "user,item\nu1,1\n"), *args)
    assert outcome.error.startswith(error)
    assert Event.objects.count() == 0


def test_many_members_over_many_batches(import_events, make_file, items, monkeypatch):
    monkeypatch.setattr("recommendations.importing.events.BATCH", 40)
    rows = "".join(f"u{n % 7},{n % 5 + 1},view,{1_600_000_000 + n}\n" for n in range(300))
    outcome = import_events(make_file("a.csv", "user,item,verb,occurred_at\n" + rows))
    assert outcome.summary == "activities: 300 read, 300 recorded, 0 known already, 0 left out, 0 bad, 7 members"
    for user in User.objects.all():
        sequence = list(Event.objects.filter(user=user).order_by("sequence").values_list("sequence", flat=True))
        assert sequence == list(range(1, len(sequence) + 1))
    assert_models_equal_their_log()


def test_stores_outside_the_database_learn_on_commit(
    import_events, make_file, items, settings, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr("recommendations.importing.events.BATCH", 4)
    memory = {"BACKEND": "ml.store.memory.MemoryStore", "OPTIONS": {}}
    settings.PERSONAL_MODEL_STORES = settings.PERSONAL_MODEL_STORES | {"default": memory}
    rows = "".join(f"u{n % 2},{n % 5 + 1},like,{1_600_000_000 + n}\n" for n in range(30))
    with django_capture_on_commit_callbacks(execute=True):
        import_events(make_file("a.csv", "user,item,verb,occurred_at\n" + rows), "--atomic")
    assert Event.objects.count() == Like.objects.count() == 10
    assert_models_equal_their_log()


@pytest.mark.parametrize("rows", [1, 3])
def test_queries_do_not_grow_with_the_rows_of_a_member(make_file, items, rows, django_assert_num_queries, db):
    lines = "".join(f"u1,{n},view,{1_600_000_000 + n}\n" for n in range(1, rows + 1))
    path = make_file("a.csv", "user,item,verb,occurred_at\n" + lines)
    call_command("import_events", "activities", str(make_file("b.csv", "user,item,verb\nu2,1,view\n")))  # caches
    with django_assert_num_queries(16 if connection.features.has_select_for_update else 15):  # one to lock a model
        call_command("import_events", "activities", str(path))
