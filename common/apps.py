"""The common app: small web pieces without models, shared by all."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class CommonConfig(AppConfig):
    """Closes the one door through which stored pickles could run code; finds the apps' cards of the admin's first page."""

    name = "common"
    verbose_name = "Common"

    def ready(self) -> None:
        from common.pickles import restrict_picklefield

        restrict_picklefield()
        autodiscover_modules("dashboard")
