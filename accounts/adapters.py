"""Where allauth asks the site: how users are saved and how mail is sent."""

import logging

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.contrib.sites.models import Site
from django.db import transaction

from accounts import services

logger = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):
    """Saves the nickname, and keeps a mail server's troubles out of the visitor's way."""

    def save_user(self, request, user, form, commit=True):
        nickname = form.cleaned_data.get("nickname")
        user.nickname = nickname or services.free_nickname(user.nickname)
        return super().save_user(request, user, form, commit)

    def clean_password(self, password, user=None):
        services.check_password_rules(password, user)
        return password

    def is_open_for_signup(self, request):
        return True

    def send_mail(self, template_prefix, email, context):
        request = self.request
        context = {"request": request, "email": email, "current_site": _site(request)} | context
        message = self.render_mail(template_prefix, email, context)
        # After the commit: a mail about a row that is rolled back would be a lie.
        transaction.on_commit(lambda: deliver(message))


def _site(request):
    """The name and host that mails show: the host of the request, not the example.com of a fresh Site row."""
    return Site(name="Moa", domain=request.get_host()) if request else Site.objects.get_current()


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """Gives members who come from Kakao, Naver or Google a nickname that is free."""

    def populate_user(self, request, sociallogin, data):
        user = super().populate_user(request, sociallogin, data)
        wanted = data.get("username") or data.get("name") or data.get("first_name") or ""
        user.nickname = services.free_nickname(str(wanted))
        return user


def deliver(message):
    """Send a mail; a failure is logged, since whoever signed up can ask for the mail again."""
    try:
        message.send()
    except Exception:  # every mail backend raises its own
        logger.exception("A mail could not be sent: %s", message.subject)
