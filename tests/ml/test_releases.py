"""The log of releases: every change of production, canary and shadow with who, from where, why, and old → new share."""

import pytest
from django.core.management import call_command
from django.test import Client

from ml import registry, rollout
from ml.models import Promotion
from tests.ml.test_registry import HERE, save

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


@pytest.fixture
def admin(staff):
    client = Client(headers={"accept-language": "en"})
    client.force_login(staff)
    return client


def written():
    """(action, number, old, new, source, by, why), oldest first."""
    rows = Promotion.objects.order_by("id").select_related("version", "by")
    return [(r.action, r.version.number, r.old, r.new, r.source, getattr(r.by, "nickname", None), r.why) for r in rows]


def test_each_step_in_the_admin_is_written_down(admin):
    one, two = save(1), save(2)
    post = lambda version, **form: admin.post(f"/admin/ml/modelversion/{version.pk}/rollout/", form)  # noqa: E731
    post(one, action="promote", why="first")
    post(two, action="canary", percent="20", why=" better\nin March ")
    post(two, action="canary", percent="20", why="the same again")
    post(two, action="shadow", percent="50")
    post(two, action="promote", why="good")
    post(two, action="rollback", why="complaints")
    assert written() == [
        ("promote", 1, None, None, "admin", "staff", "first"),
        ("canary", 2, 0.0, 0.2, "admin", "staff", "better in March"),
        ("shadow", 2, 0.0, 0.5, "admin", "staff", ""),
        ("canary", 2, 0.2, 0.0, "admin", "staff", "good"),
        ("shadow", 2, 0.5, 0.0, "admin", "staff", "good"),
        ("promote", 2, None, None, "admin", "staff", "good"),
        ("rollback", 1, None, None, "admin", "staff", "complaints"),
    ]
    page = admin.get(f"/admin/ml/modelversion/{two.pk}/rollout/").content.decode()
    assert "better in March" in page
    assert "0 → 20 %" in page
    assert "complaints" in admin.get(f"/admin/ml/modelversion/{one.pk}/rollout/").content.decode()


def test_stop_and_being_replaced(staff):
    save(1)
    two, three = save(2), save(3)
    rollout.set_share(two, "canary", 0.1, by=staff)
    rollout.set_share(three, "canary", 0.3, by=staff, why="newer")
    rollout.set_share(three, "canary", 0.0)
    rollout.set_share(three, "canary", 0.0)
    assert written() == [
        ("canary", 2, 0.0, 0.1, "admin", "staff", ""),
        ("canary", 2, 0.1, 0.0, "admin", "staff", "newer"),
        ("canary", 3, 0.0, 0.3, "admin", "staff", "newer"),
        ("canary", 3, 0.3, 0.0, "code", None, ""),
    ]


def test_commands_say_so():
    save(1)
    save(2)
    call_command("promote", *HERE, "--model-version", "1")
    call_command("promote", *HERE, "--why", "measured")
    call_command("rollback", *HERE, "--why", "slow")
    assert [(row[0], row[4], row[6]) for row in written()] == [
        ("promote", "command", ""),
        ("promote", "command", "measured"),
        ("rollback", "command", "slow"),
    ]


def test_a_refused_step_writes_nothing(admin):
    one = save(1)
    registry.promote(one)
    for form in ({"action": "canary", "percent": "120"}, {"action": "rollback"}, {"action": "magic"}):
        admin.post(f"/admin/ml/modelversion/{one.pk}/rollout/", form)
    assert len(written()) == 1


def test_a_long_reason_is_cut_and_the_log_is_read_only_and_exported(admin):
    one = save(1)
    registry.promote(one, source="command", why="=1+1 " + "x" * 600)
    assert len(Promotion.objects.get().why) == 500
    listed = admin.get("/admin/ml/promotion/")
    assert listed.status_code == 200
    assert admin.get("/admin/ml/promotion/add/").status_code == 403
    row = Promotion.objects.get()
    assert admin.post(f"/admin/ml/promotion/{row.pk}/change/", {"why": "y"}).status_code == 403
    assert admin.post(f"/admin/ml/promotion/{row.pk}/delete/", {"post": "yes"}).status_code == 403
    text = admin.post("/admin/ml/promotion/export/", {"format": "0", "resource": "0"}).content.decode()
    assert text.splitlines()[0].startswith("id,at,domain,family,number,version,action,previous,old,new,source,by,why")
    assert f",things,content,1,{one.version},promote,,,,command,," in text
    assert "=1+1" not in text.replace("'=1+1", "")
