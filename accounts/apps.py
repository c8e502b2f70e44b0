"""The accounts app: members, what they say about themselves, and how the apps above hook in."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Accounts")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from accounts import exports, receivers
        from accounts.api import schema  # noqa: F401 -- registers itself

        receivers.connect(self)
        exports.register()
