"""Starts the domains: finds each app's recommend.py and declares what staff may tune."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class RecommendationsConfig(AppConfig):
    name = "recommendations"
    verbose_name = _("Recommendations")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from ml import roles, training
        from recommendations import checks, visitors  # noqa: F401  registers system checks and the accounts hooks
        from recommendations.domains import domains
        from recommendations.watch import stale, tunable, workers  # noqa: F401  two of them connect to signals

        seen = ("event", "previewrun", "watchday")
        roles.grant(roles.VIEWER, *(f"recommendations.view_{name}" for name in seen))
        roles.grant(roles.EDITOR, "recommendations.add_previewrun")
        roles.grant(roles.MANAGER, "recommendations.retry_task")
        autodiscover_modules("recommend", register_to=None)
        tunable.declare()
        for domain in domains:
            domain.define_parameters()
        training.trainable = training.Trainable(
            models=lambda: [(domain.name, name) for domain in domains for name in domain.models],
            task="recommendations.tasks.train_queued",
            schedules={
                "recommendations.tasks.refresh_popularity": _("Count anew what is popular"),
                "recommendations.tasks.retrain": _("Train models anew"),
            },
            words=words,
        )


def words(domain: str, names: list[str]) -> dict[str, str]:
    """Categories, amounts and groupings of a domain in the reader's words."""
    from recommendations.domains import domains

    if domain not in domains:
        return {}
    kind = domains[domain]
    own = {name: str(title) for name, title in {**kind.amounts, **kind.groupings}.items() if name in names}
    return {**kind.label_names([name for name in names if name not in own]), **own}
