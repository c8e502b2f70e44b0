"""App configuration of `ml`: model stores, versions, parameters and training."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MlConfig(AppConfig):
    name = "ml"
    verbose_name = _("Models and training")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from django.db.models.signals import post_migrate

        from ml import checks, retention, roles  # noqa: F401  registers the system checks

        retention.declare()
        # after django.contrib.auth, which comes earlier, has made the permissions
        post_migrate.connect(roles.sync, dispatch_uid="ml.roles")
