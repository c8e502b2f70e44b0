"""Profile pictures: made small and square, and freed of everything but their pixels."""

import io
import secrets

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

BYTES = 5 * 1024 * 1024
PIXELS = 40_000_000
SIDE = 256


def square(upload):
    """Return the upload as a 256 x 256 JPEG without its metadata (a phone writes the place into it)."""
    if upload.size > BYTES:
        raise ValidationError(_("The picture is larger than %(max)s MB.") % {"max": BYTES // 1024**2})
    upload.seek(0)
    try:
        with Image.open(upload, formats=("JPEG", "PNG", "WEBP")) as image:
            if image.width * image.height > PIXELS:
                raise ValidationError(_("The picture has too many pixels."))
            pixels = ImageOps.fit(ImageOps.exif_transpose(image).convert("RGB"), (SIDE, SIDE))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise ValidationError(_("This is not a JPEG, PNG or WebP picture.")) from error
    out = io.BytesIO()
    pixels.save(out, "JPEG", quality=85)
    return ContentFile(out.getvalue(), name=f"{secrets.token_hex(8)}.jpg")
