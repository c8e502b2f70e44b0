"""Uploaded pictures: verified, bounded and encoded anew, so that neither scripts nor places (EXIF) get through."""

import io
import uuid
import warnings
from functools import partial

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

MAX_BYTES = 5 * 1024 * 1024
MAX_PIXELS = 40_000_000
MAX_SIDE = 1600
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")


def clean_image(upload, max_side=MAX_SIDE):
    """Return the picture as a fresh JPEG or PNG file of at most `max_side` pixels a side."""
    if upload.size > MAX_BYTES:
        raise ValidationError(
            _("The picture may have at most %(max)s MB."), code="too_large", params={"max": MAX_BYTES // 1024 // 1024}
        )
    image = _open(upload)
    transparent = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
    image = ImageOps.exif_transpose(image).convert("RGBA" if transparent else "RGB")
    image.thumbnail((max_side, max_side))
    buffer = io.BytesIO()
    # A picture made of pixels alone: whatever else the file carried (EXIF, appended archives, profiles) stays behind.
    clean = Image.frombytes(image.mode, image.size, image.tobytes())
    clean.save(buffer, "PNG" if transparent else "JPEG", **({} if transparent else {"quality": 85}))
    return ContentFile(buffer.getvalue(), name=f"{uuid.uuid4().hex}.{'png' if transparent else 'jpg'}")


def _open(upload):
    message = _("This is not a picture that can be read (JPEG, PNG, WebP or GIF).")
    broken = ValidationError(message, code="invalid_image")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            upload.seek(0)
            Image.open(upload, formats=FORMATS).verify()
            upload.seek(0)
            image = Image.open(upload, formats=FORMATS)
            if image.width * image.height > MAX_PIXELS:
                raise ValidationError(_("The picture has too many pixels."), code="too_many_pixels")
            image.load()
    except (UnidentifiedImageError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise broken from None
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, TypeError, KeyError, MemoryError):
        raise broken from None
    return image


def stored(row):
    """The names of the picture files that a row has in the database now, by field."""
    fields = [field.name for field in row._meta.fields if isinstance(field, models.ImageField)]
    return {name: getattr(row, name).name for name in fields}


def drop_replaced(row, before):
    """Delete the files that a saved row no longer names, once the transaction is through."""
    for name, old in before.items():
        file = getattr(row, name)
        if old and old != file.name:
            transaction.on_commit(partial(file.storage.delete, old), robust=True)
