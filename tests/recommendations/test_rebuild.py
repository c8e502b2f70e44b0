"""`rebuild_models`: what it reports, what it heals, and that --check touches nothing."""

import io

import pytest
from django.core.management import CommandError, call_command

from ml.models import QuarantinedBlob, StoredBlob
from ml.store import stores
from recommendations import personal, services
from recommendations.domains import domains
from recommendations.management.commands import rebuild_models
from recommendations.models import Event
from tests.recommendations.conftest import FOOD, SPORT
from tests.recommendations.test_events import look, replayed, state_of


@pytest.fixture
def three(alice, bob, charlie, activities):
    """Three members with models; bob's log has a tombstone and a pause."""
    for number, member in enumerate((alice, bob, charlie)):
        for row in activities[SPORT][: number + 2]:
            look(member, row)
    services.undo(bob, "activities")
    services.pause(bob, "activities")
    look(bob, activities[FOOD][0])
    return alice, bob, charlie


def run(*arguments):
    """(exit status, output) of the command."""
    out = io.StringIO()
    try:
        call_command("rebuild_models", *arguments, stdout=out)
    except SystemExit as status:
        return status.code, out.getvalue()
    return 0, out.getvalue()


def blob_of(member):
    return StoredBlob.objects.get(key=f"personal/activities/{member.pk}")


def break_it(member, how):
    """Damage a stored model in one of the ways that stores and people do."""
    key, store = f"personal/activities/{member.pk}", stores["default"]
    if how == "missing":
        store.delete(key)
    elif how == "garbage":
        StoredBlob.objects.filter(key=key).update(data=b"not a blob")
    elif how == "quarantined":
        StoredBlob.objects.filter(key=key).update(data=b"not a blob")
        assert store.get(key) is None
    elif how == "foreign":
        other = StoredBlob.objects.exclude(key=key).first()
        StoredBlob.objects.filter(key=key).update(data=other.data)
    else:
        state = store.get(key)
        if how == "tampered":
            state["delta"]["history"] = b"\x02\x01\x00"
        elif how == "counted":
            state["events"] += 1
        elif how == "behind":
            state = personal.replay(
                list(personal.log(member.pk, "activities").order_by("sequence"))[:-1], domain="activities"
            )
        elif how == "ahead":
            state["sequence"] += 5
        elif how == "malformed":
            state = {"v": 1}
        store.put(key, state)


BROKEN = ["missing", "garbage", "quarantined", "foreign", "tampered", "counted", "behind", "ahead", "malformed"]


def everything():
    blobs = StoredBlob.objects.order_by("key").values_list("key", "data", "updated_at")
    return [(key, bytes(data), at) for key, data, at in blobs], QuarantinedBlob.objects.count()


def test_equal_models_are_told_and_left_alone(three):
    before = everything()
    assert run("--check", "--domain", "activities") == (0, "3 models equal their replay, 0 differ (left as they are)\n")
    assert run("--domain", "activities") == (0, "3 models equal their replay, 0 differ (rebuilt)\n")
    assert everything() == before


@pytest.mark.parametrize("how", BROKEN)
def test_a_broken_model_is_reported_then_healed(three, how, monkeypatch):
    monkeypatch.setattr("recommendations.verification.PAUSE_SECONDS", 0)
    _alice, bob, _charlie = three
    break_it(bob, how)
    before = everything()
    status, out = run("--check")
    assert status == 1
    assert f"differs: domain=activities member={bob.pk} (" in out
    assert out.endswith("1 differ (left as they are)\n")
    assert everything() == before
    assert run("--user", bob.email)[0] == 0
    assert state_of(bob) == replayed(bob)
    assert run("--check")[0] == 0


def test_a_model_whose_log_is_gone_is_removed(three):
    alice, _bob, _charlie = three
    Event.objects.filter(user=alice).delete()
    assert run("--check")[1].startswith(f"differs: domain=activities member={alice.pk} (there is no log)")
    assert run()[0] == 0
    assert not StoredBlob.objects.filter(key=f"personal/activities/{alice.pk}").exists()
    assert state_of(alice) == personal.new_state("activities")


def test_one_member_or_domain_only(three):
    alice, bob, _charlie = three
    break_it(bob, "tampered")
    assert run("--check", "--user", str(alice.pk))[0] == 0
    assert run("--check", "--user", bob.email.upper(), "--domain", "clubs")[0] == 0
    assert run("--check", "--user", str(bob.pk), "--domain", "activities")[0] == 1


def test_it_goes_on_after_a_member(three, monkeypatch):
    monkeypatch.setattr(rebuild_models, "BATCH", 1)
    _alice, bob, _charlie = three
    arguments = ("--check", "--domain", "activities", "--after")
    assert run(*arguments, str(bob.pk))[1] == "1 models equal their replay, 0 differ (left as they are)\n"


def test_progress_names_where_to_go_on(three, monkeypatch, capsys):
    monkeypatch.setattr(rebuild_models, "SECONDS", -1)
    run("--check", "--domain", "activities")
    assert f"3 models; to go on from here: --after {three[-1].pk}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "culprit"),
    [
        (["--domain", "cars"], "There is no domain 'cars'; there are: activities"),
        (["--user", "nobody@moa.example"], "There is no member 'nobody@moa.example'; give an id or an e-mail address."),
        (["--user", "999999"], "There is no member '999999'"),
        (["--user", "9" * 40], "There is no member"),
        (["--user", "²"], "There is no member"),
        (["--user", ""], "There is no member"),
    ],
)
def test_bad_arguments_are_named(db, arguments, culprit):
    with pytest.raises(CommandError) as error:
        run(*arguments)
    assert str(error.value).startswith(culprit)


def test_domains_keep_apart(alice, activities):
    look(alice, activities[SPORT][0])
    assert personal.load(alice.pk, domains["clubs"]) == personal.new_state("clubs")
    assert run("--check")[0] == 0
