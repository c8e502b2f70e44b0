"""Members who come through another site: Kakao, Naver, Google."""

import os
import subprocess
import sys

import pytest
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.conf import settings as site
from django.test import RequestFactory

from accounts.adapters import SocialAccountAdapter

SCRIPT = """
import django; django.setup()
from django.conf import settings
print(*settings.SOCIAL_PROVIDERS, "|", *settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]["form-action"])
"""


def run(**keys):
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", **keys}
    done = subprocess.run([sys.executable, "-c", SCRIPT], cwd=site.BASE_DIR, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_provider_is_there_where_its_keys_are_and_may_be_gone_to():
    assert run(KAKAO_CLIENT_ID="a", KAKAO_CLIENT_SECRET="b") == "kakao | 'self' https://kauth.kakao.com"


@pytest.mark.django_db
def test_without_keys_there_are_no_buttons(client):
    assert b"social-" not in client.get("/accounts/login/").content


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("data", "nickname"),
    [
        ({"name": "bob"}, "bob2"),
        ({"username": "<b>"}, "Member"),
        ({"name": None}, "Member"),
        ({"first_name": "민수"}, "민수"),
    ],
)
def test_who_comes_through_another_site_gets_a_free_nickname(bob, data, nickname):
    login = SocialLogin(user=type(bob)(), account=SocialAccount(provider="kakao", uid="1"))
    user = SocialAccountAdapter().populate_user(RequestFactory().get("/"), login, data | {"email": "new@moa.example"})
    assert user.nickname.replace("회원", "Member") == nickname
