"""What every request meets: health, metrics, error shapes, security headers, languages."""

from urllib.parse import unquote

import pytest
from django.test import override_settings

pytestmark = pytest.mark.django_db


def test_healthz(client):
    assert client.get("/healthz").json() == {"status": "ok"}


@pytest.mark.postgres
def test_readyz(client):
    checks = {"database": "ok", "migrations": "ok", "queue": "ok"}
    assert client.get("/readyz").json() == {"status": "ok", "checks": checks}


def test_metrics_are_for_this_machine_and_for_staff(client, staff, alice):
    assert client.get("/metrics").status_code == 200
    elsewhere = {"REMOTE_ADDR": "203.0.113.9"}
    behind_proxy = {"HTTP_X_FORWARDED_FOR": "203.0.113.9"}
    assert [client.get("/metrics", **extra).status_code for extra in (elsewhere, behind_proxy)] == [403, 403]
    client.force_login(alice)
    assert client.get("/metrics", **elsewhere).status_code == 403
    client.force_login(staff)
    assert client.get("/metrics", **elsewhere).status_code == 200


@pytest.mark.parametrize("method", ["get", "post", "put", "delete"])
@pytest.mark.parametrize("path", ["/api/", "/api/v1/nothing/", "/api/v1/nothing", "/api/v1/clubs/%0A/"])
def test_an_unknown_endpoint_is_a_problem(client, method, path):
    answer = getattr(client, method)(path)
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert answer.json()["status"] == 404
    assert unquote(path) in answer.json()["detail"]


def test_docs_and_schema_need_no_other_site(client):
    page = client.get("/api/docs/").content.decode()
    assert "http://" not in page
    assert "https://" not in page
    assert "<script>" not in page
    assert client.get("/api/schema/").status_code == 200


def test_options_on_the_docs_is_refused(client):
    assert client.options("/api/docs/").status_code == 405


def test_the_schema_says_that_every_error_is_a_problem(client):
    schema = client.get("/api/schema/", {"format": "json"}).json()
    operations = [op for path in schema["paths"].values() for op in path.values() if "responses" in op]
    errors = [answer for op in operations for code, answer in op["responses"].items() if not code.startswith("2")]
    assert len(errors) >= len(operations)
    assert {kind for answer in errors for kind in answer["content"]} == {"application/problem+json"}


def test_scripts_come_from_here_and_eval_only_in_the_admin(client):
    site, admin = (client.get(path)["Content-Security-Policy"] for path in ("/healthz", "/admin/login/"))
    assert "script-src 'self';" in f"{site};"
    assert "unsafe" not in site
    assert "'unsafe-eval'" in admin
    assert "script-src 'self' 'unsafe-inline'" not in admin


def test_korean_first_english_on_request(client):
    assert client.get("/admin/login/")["Content-Language"] == "ko"
    assert client.get("/admin/login/", headers={"accept-language": "en"})["Content-Language"] == "en"
    client.post("/i18n/setlang/", {"language": "en", "next": "/healthz"})
    assert client.get("/admin/login/", headers={"accept-language": "ko"})["Content-Language"] == "en"


def lock_out(client, path, fields, times):
    return [client.post(path, fields).status_code for _ in range(times)]


@override_settings(AXES_ENABLED=True)
def test_ten_failed_logins_lock_one_address_and_nobody_else(client, alice, bob):
    wrong = {"username": alice.email, "password": "wrong"}
    assert lock_out(client, "/admin/login/", wrong, 10)[-1] == 429
    answer = client.post("/admin/login/", {**wrong, "password": "moa-Test-password-1"})
    assert (answer.status_code, answer["Retry-After"]) == (429, "900")
    other = client.post("/admin/login/", {"username": bob.email, "password": "wrong"})
    assert other.status_code == 200


@override_settings(AXES_ENABLED=True)
def test_a_made_up_forwarded_address_does_not_escape_the_lock(client, alice):
    wrong = {"username": alice.email, "password": "wrong"}
    found = [
        client.post("/admin/login/", wrong, HTTP_X_FORWARDED_FOR=f"198.51.100.{number}").status_code
        for number in range(10)
    ]
    assert found[-1] == 429
