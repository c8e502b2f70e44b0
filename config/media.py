"""Uploaded pictures, for sites without a proxy or a storage of their own that serves them (SERVE_MEDIA)."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe
from django.views.static import serve

PICTURES = frozenset({"image/gif", "image/jpeg", "image/png", "image/webp"})
SECONDS = 86_400


@require_safe
def media(request: HttpRequest, path: str) -> HttpResponseBase:
    """One file under MEDIA_ROOT, as a picture or else as a download that no browser opens; `nosniff` comes with every answer.

    A new picture has a new name, so browsers may keep them. Nothing is listed, no hidden file shown.
    """
    if "\x00" in path or any(part.startswith(".") for part in path.split("/")):
        raise Http404
    response = serve(request, path, document_root=settings.MEDIA_ROOT)
    response["Cache-Control"] = f"public, max-age={SECONDS}"
    if response.status_code == 200 and response["Content-Type"] not in PICTURES:
        response["Content-Type"] = "application/octet-stream"
        response["Content-Disposition"] = "attachment"
    return response
