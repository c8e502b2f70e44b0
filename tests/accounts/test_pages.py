"""The account pages, as a browser sees them."""

import io

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from accounts import services
from accounts.models import Category, Region, User
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db
SIGNUP = {"nickname": "앨리스", "email": "alice@moa.example", "password1": PASSWORD}
OWN = ["profile", "notifications", "log_out_everywhere", "export", "delete"]


def picture(size=(400, 300), kind="PNG"):
    out = io.BytesIO()
    Image.new("RGB", size, "red").save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize("name", OWN)
def test_visitors_are_sent_to_the_login(client, name):
    url = reverse(f"accounts:{name}")
    assert client.get(url).url == f"/accounts/login/?next={url}"


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("name", OWN)
def test_members_see_their_pages(client, alice, name, language):
    client.force_login(alice)
    client.cookies["django_language"] = language
    assert client.get(reverse(f"accounts:{name}")).status_code == 200


@pytest.mark.parametrize("name", ["login", "signup", "reset_password", "reset_password_done", "inactive"])
def test_the_entrances_open(client, name):
    assert client.get(reverse(f"account_{name}")).status_code == 200


@pytest.mark.parametrize("name", ["email", "change_password", "logout", "reauthenticate"])
def test_members_reach_what_allauth_brings(client, alice, name):
    client.force_login(alice)
    assert client.get(reverse(f"account_{name}")).status_code == 200


def test_signing_up_logs_in(client):
    assert client.post("/accounts/signup/", SIGNUP).url == "/"
    user = User.objects.get()
    assert (user.nickname, user.email, client.session["_auth_user_id"]) == ("앨리스", "alice@moa.example", str(user.pk))
    assert EmailAddress.objects.get().user == user


@pytest.mark.parametrize("backend", ["smtp.EmailBackend", "nonsense.Backend"])
def test_without_a_mail_server_signing_up_works_all_the_same(
    client, settings, backend, django_capture_on_commit_callbacks
):
    settings.EMAIL_BACKEND, settings.EMAIL_PORT = f"django.core.mail.backends.{backend}", 1
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post("/accounts/signup/", SIGNUP).status_code == 302
    assert (User.objects.count(), EmailAddress.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"nickname": "<script>"}, "nickname"),
        ({"nickname": "a\0b"}, "nickname"),
        ({"nickname": "x" * 100_000}, "nickname"),
        ({"nickname": "BOB"}, "nickname"),
        ({"email": "BOB@moa.example"}, "email"),
        ({"email": "x"}, "email"),
        ({"password1": "short"}, "password1"),
        ({"password1": "x" * 100_000}, "password1"),
        ({"password1": ""}, "password1"),
    ],
)
def test_a_bad_sign_up_is_explained_and_nothing_is_made(client, bob, change, field):
    response = client.post("/accounts/signup/", SIGNUP | change)
    assert list(response.context["form"].errors) == [field]
    assert User.objects.count() == 1


def test_a_name_that_is_taken_meanwhile_leaves_no_half_made_member(client, monkeypatch, bob):
    # As if bob had signed up between the form's check and the insert.
    monkeypatch.setattr("accounts.forms.NicknameForm.clean_nickname", lambda form: "bob")
    assert client.post("/accounts/signup/", SIGNUP).url == "/accounts/signup/"
    assert (User.objects.count(), EmailAddress.objects.count()) == (1, 0)


def test_logging_in_and_out(client, alice):
    assert client.post("/accounts/login/", {"login": alice.email, "password": PASSWORD}).url == "/"
    assert client.post("/accounts/logout/").url == "/"
    assert "_auth_user_id" not in client.session


def test_wrong_passwords_lock_out_on_pages_too(client, settings, alice):
    settings.AXES_ENABLED = True
    wrong = {"login": alice.email, "password": "wrong-password-1"}
    answers = [client.post("/accounts/login/", wrong).status_code for _try in range(settings.AXES_FAILURE_LIMIT + 1)]
    assert answers == [200] * (settings.AXES_FAILURE_LIMIT - 1) + [429, 429]
    assert client.post("/accounts/login/", {"login": alice.email, "password": PASSWORD}).status_code == 429


def test_a_forgotten_password_is_set_by_mail(client, alice, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/accounts/password/reset/", {"email": alice.email})
    link = next(word for word in mail.outbox[0].body.split() if "/password/reset/key/" in word)
    form = client.get(link.partition("testserver")[2], follow=True)
    new = {"password1": "another-Password-2", "password2": "another-Password-2"}
    client.post(form.redirect_chain[-1][0], new)
    assert User.objects.get().check_password("another-Password-2") is True


def test_asking_for_a_stranger_s_password_tells_nothing(client, alice):
    answers = [
        client.post("/accounts/password/reset/", {"email": email}) for email in (alice.email, "nobody@moa.example")
    ]
    assert [(answer.status_code, answer.url) for answer in answers] == [(302, "/accounts/password/reset/done/")] * 2


def test_the_profile_is_saved(client, alice):
    client.force_login(alice)
    food = Category.objects.get(slug="food")
    seoul = Region.objects.get(slug="seoul")
    data = {"nickname": " 앨  리스 ", "region": seoul.pk, "categories": [food.pk], "keywords": "등산, #커피，독서"}
    assert client.post("/accounts/profile/", data | {"language": "en"}).url == "/accounts/profile/"
    alice.refresh_from_db()
    assert (alice.nickname, alice.region, alice.keywords) == ("앨 리스", seoul, ["등산", "커피", "독서"])
    assert list(alice.categories.all()) == [food]
    assert client.cookies["django_language"].value == "en"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"nickname": "<b>x</b>"}, "nickname"),
        ({"nickname": "Bob"}, "nickname"),
        ({"region": "99999"}, "region"),
        ({"region": "x"}, "region"),
        ({"region": "9" * 40}, "region"),
        ({"categories": ["99999"]}, "categories"),
        ({"categories": ["9" * 40]}, "categories"),
        ({"keywords": "a,b,c,d"}, "keywords"),
        ({"keywords": "<script>"}, "keywords"),
        ({"keywords": "x" * 21}, "keywords"),
        ({"language": "xx"}, "language"),
    ],
)
def test_a_bad_profile_is_explained_and_nothing_is_saved(client, alice, bob, change, field):
    client.force_login(alice)
    response = client.post("/accounts/profile/", {"nickname": "alice", "keywords": "ok"} | change)
    assert (response.status_code, list(response.context["form"].errors)) == (400, [field])
    assert User.objects.get(pk=alice.pk).keywords == []


@pytest.mark.parametrize("content", [b"not a picture", picture()[:60], b"<svg onload=alert(1)>", picture(kind="GIF")])
def test_what_is_no_picture_is_refused(client, alice, content):
    client.force_login(alice)
    upload = SimpleUploadedFile("me.png", content, "image/png")
    response = client.post("/accounts/profile/", {"nickname": "alice", "avatar": upload})
    assert (response.status_code, list(response.context["form"].errors)) == (400, ["avatar"])


def test_a_picture_is_made_small_and_the_old_one_goes(client, alice, django_capture_on_commit_callbacks):
    client.force_login(alice)
    for _again in range(2):
        upload = SimpleUploadedFile("../me.png", picture(), "image/png")
        with django_capture_on_commit_callbacks(execute=True):
            client.post("/accounts/profile/", {"nickname": "alice", "avatar": upload})
    alice.refresh_from_db()
    with alice.avatar.open() as file, Image.open(file) as image:
        assert (image.size, image.format) == ((256, 256), "JPEG")
    folder = alice.avatar.name.rpartition("/")[0]
    assert alice.avatar.storage.listdir(folder)[1] == [alice.avatar.name.rpartition("/")[2]]
    with django_capture_on_commit_callbacks(execute=True):
        services.erase(alice)
    assert alice.avatar.storage.listdir(folder)[1] == []


def test_a_nickname_is_escaped_wherever_it_came_from(client, alice):
    User.objects.filter(pk=alice.pk).update(nickname="<script>x</script>")
    client.force_login(alice)
    assert b"<script>x" not in client.get("/accounts/profile/").content


def test_logging_out_everywhere_needs_a_post(client, alice):
    client.force_login(alice)
    client.get("/accounts/logout/everywhere/")
    assert "_auth_user_id" in client.session
    assert client.post("/accounts/logout/everywhere/").url == "/accounts/login/"
    assert alice.sessions.count() == 0


@pytest.mark.parametrize("data", [{}, {"password": PASSWORD}, {"password": "wrong-password-1", "sure": "on"}])
def test_an_account_is_not_deleted_by_accident(client, alice, data):
    client.force_login(alice)
    assert client.post("/accounts/delete/", data).status_code == 400
    assert User.objects.count() == 1


def test_an_account_is_deleted_by_its_owner(client, alice, bob, calls):
    client.force_login(alice)
    assert client.post("/accounts/delete/", {"password": PASSWORD, "sure": "on"}).url == "/"
    assert (calls["erase"], list(User.objects.all())) == ([alice.pk], [bob])


@pytest.mark.parametrize("count", [1, 3])
def test_notices_take_the_same_queries_whatever_their_number(client, alice, count, django_assert_num_queries):
    for number in range(count):
        services.notify(alice, "note", "Notice %(number)s", {"number": number}, "/")
    client.force_login(alice)
    with django_assert_num_queries(5):  # session, user, page count, notices, unread
        page = client.get("/accounts/notifications/")
    assert page.content.count(b"<time") == count


def test_a_notice_is_opened_by_its_member_only(client, alice, bob):
    notice = services.notify(alice, "note", "Look", url="/clubs/1/")
    url = reverse("accounts:notification_open", args=[notice.pk])
    client.force_login(bob)
    assert client.post(url).url == "/accounts/notifications/"
    notice.refresh_from_db()
    assert notice.read_at is None
    client.force_login(alice)
    assert client.post(url).url == "/clubs/1/"
    notice.refresh_from_db()
    assert notice.read_at is not None


def test_a_notice_leads_to_no_other_site(client, alice):
    notice = services.notify(alice, "note", "Look", url="https://evil.example/")
    client.force_login(alice)
    assert client.post(reverse("accounts:notification_open", args=[notice.pk])).url == "/accounts/notifications/"


@pytest.mark.parametrize("page", ["0", "-1", "999", "x", "9" * 40])
def test_a_bad_page_of_notices_shows_one_there_is(client, alice, page):
    client.force_login(alice)
    assert client.get("/accounts/notifications/", {"page": page}).status_code == 200
