"""System checks of the registered domains."""

from django.conf import settings
from django.core.checks import Error, Tags, register

from recommendations.domains import domains


@register(Tags.compatibility)
def check_domains(app_configs, **kwargs):
    """Each domain's store exists and its verbs fit the columns."""
    problems = []
    for domain in domains:
        where = f"{type(domain).__module__}.{type(domain).__qualname__}"
        if domain.store not in settings.PERSONAL_MODEL_STORES:
            known = ", ".join(sorted(settings.PERSONAL_MODEL_STORES))
            problems.append(
                Error(
                    f"{where} keeps its models in the store {domain.store!r}, which is not configured.",
                    hint=f"Set `store` to one of {known}, or add it to PERSONAL_MODEL_STORES.",
                    id="recommendations.E001",
                )
            )
        for verb in domain.verbs:
            if len(verb) > 32 or not verb.isidentifier():
                problems.append(
                    Error(
                        f"{where}: the verb {verb!r} is not a short identifier.",
                        hint="Use a name such as 'view'.",
                        id="recommendations.E002",
                    )
                )
    return problems
