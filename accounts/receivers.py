"""What happens at every login, through whichever door: pages, API, social account or admin."""

import time

from django.contrib.auth.signals import user_logged_in

from accounts import visitors

LOGIN_AT = "moa_login_at"


def connect():
    """Connect the receivers; called once from AppConfig.ready."""
    user_logged_in.connect(on_login, dispatch_uid="accounts.on_login")


def on_login(sender, request, user, **kwargs):
    if request is None:
        return
    request.session[LOGIN_AT] = int(time.time())
    visitors.adopt(request, user)
