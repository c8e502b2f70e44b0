"""The common app: small web pieces without models, shared by all."""

from django.apps import AppConfig


class CommonConfig(AppConfig):
    """Closes the one door through which stored pickles could run code."""

    name = "common"
    verbose_name = "Common"

    def ready(self) -> None:
        from common.pickles import restrict_picklefield

        restrict_picklefield()
