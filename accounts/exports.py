"""A member's data as one JSON file, filled by every app that registered an export hook."""

import json

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpResponse
from django.utils import timezone

from accounts import selectors
from accounts.hooks import hooks


def register():
    """Register what accounts itself holds; called once from AppConfig.ready."""
    hooks.on_export("account", selectors.export_account)
    hooks.on_export("notifications", selectors.export_notifications)


def collect(user):
    return {"format": "moa-export", "version": 1, "exported_at": timezone.now(), **hooks.export(user)}


def as_download(user):
    """Return the export as a file to save."""
    content = json.dumps(collect(user), cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)
    name = f"moa-export-{timezone.localdate():%Y%m%d}.json"
    return HttpResponse(
        content,
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"},
    )
