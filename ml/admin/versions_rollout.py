"""The page where staff release a version: promote, roll back, canary, shadow, and how much its lists agree with production's."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import F, FloatField
from django.db.models.functions import Cast
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ml import registry, rollout
from ml.admin.columns import feed_name, model_name, version_name
from ml.admin.versions_training import RELEASE, require
from ml.models import ModelVersion, Promotion
from ml.said import said

DAYS, LOG = 60, 20


def urls(admin) -> list:
    view = admin.admin_site.admin_view(lambda request, pk: page(admin, request, pk))
    return [path("<int:pk>/rollout/", view, name="ml_modelversion_rollout")]


def page(admin, request, pk):
    require(admin.has_view_permission(request))
    version = ModelVersion.objects.filter(pk=pk).defer("picture", "metrics").first()
    if version is None:
        raise Http404
    if request.method == "POST":
        require(request.user.has_perm(RELEASE))
        text, level = act(request, version)
        admin.message_user(request, text, level)
        return HttpResponseRedirect(reverse("admin:ml_modelversion_rollout", args=[pk]))
    family = ModelVersion.objects.filter(domain=version.domain, family=version.family).defer("picture", "metrics")
    context = {
        **admin.admin_site.each_context(request),
        "title": _("Release"),
        "opts": admin.opts,
        "version": version,
        "name": model_name(version.domain, version.family),
        "canary": percent(version.canary),
        "shadow": percent(version.shadow),
        "production": family.filter(status="production").first(),
        "candidate": family.filter(status="candidate", broken="").first(),
        "days": days(version),
        "log": log_of(version),
        "may": request.user.has_perm(RELEASE),
    }
    return TemplateResponse(request, "ml/rollout.html", context)


def percent(share: float) -> str:
    return f"{100 * share:g}"


def days(version: ModelVersion) -> list[dict[str, Any]]:
    """Rows of the shadow, newest first, with means instead of sums."""
    ranked = Cast(F("requests") - F("errors"), FloatField())
    rows = version.shadow_days.annotate(ranked=ranked)[:DAYS]
    return [
        {
            "row": row,
            "feed": feed_name(version.domain, row.feed),
            **(
                {"overlap": f"{row.overlap / row.ranked:.1%}", "first": f"{row.first / row.ranked:.1%}"}
                if row.ranked
                else {}
            ),
        }
        for row in rows
    ]


def log_of(version: ModelVersion) -> list[Promotion]:
    """The last changes of this model, newest first, whichever version they are of."""
    rows = Promotion.objects.filter(version__domain=version.domain, version__family=version.family)
    return list(rows.select_related("version", "previous", "by")[:LOG])


def act(request, version) -> tuple[str, int]:
    """Do what was posted; a sentence about it, and how bad it is."""
    action, cause = request.POST.get("action", ""), {"by": request.user, "why": request.POST.get("why", "")}
    try:
        if action == "promote":
            text = gettext("In production: %(version)s") % {"version": version_name(registry.promote(version, **cause))}
        elif action == "rollback":
            found = registry.rollback(version.domain, version.family, **cause)
            text = gettext("In production: %(version)s") % {"version": version_name(found)}
        elif action in rollout.KINDS:
            text = _share(request, version, action, cause)
        elif action == "stop":
            for kind in rollout.KINDS:
                rollout.set_share(version, kind, 0.0, **cause)
            text = gettext("Stopped. Everybody is served by production from the next request on.")
        else:
            return gettext("Nothing was done."), messages.ERROR
    except registry.RegistryError as error:
        return gettext("Refused, and nothing was changed: %(error)s") % {"error": said(str(error))}, messages.ERROR
    return text, messages.SUCCESS


def _share(request, version, kind: str, cause: dict[str, Any]) -> str:
    text = request.POST.get("percent", "").strip()
    try:
        share = float(text) / 100
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:  # also nan
        raise registry.RegistryError(gettext("a share is a number from 0 to 100, not “%(text)s”") % {"text": text[:20]})
    rollout.set_share(version, kind, share, **cause)
    if kind == "canary":
        done = gettext(
            "%(percent)s %% of members are served %(version)s from the next request on, always the same ones."
        )
    else:
        done = gettext("%(version)s also ranks %(percent)s %% of members' requests; nobody sees its lists.")
    return done % {"percent": percent(share), "version": version_name(version)}
