"""Pictures of statements: encoded anew, kept in the site's storage under their content, named in the statement."""

from __future__ import annotations

import hashlib
from functools import partial

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from common.images import clean_image
from problems.models import Problem
from problems.packages import Package

FOLDER = "problems"
WIDTH = 1000


def place(problem: Problem, package: Package) -> None:
    """Store the pictures of a package and put their addresses into the problem's statements.

    A picture that cannot be read is left out, and said.
    """
    for path, mark in package.pictures.items():
        address = ""
        try:
            data = package.tree.read(path)
            address = _store(problem.slug, data)
        except ValidationError as error:
            package.warnings.append(f"{path}: left out ({error.messages[0]})")
        for language in ("ko", "en"):
            text = getattr(problem, f"statement_{language}")
            setattr(problem, f"statement_{language}", text.replace(f"({mark})", f"({address})"))


def _store(slug: str, data: bytes) -> str:
    clean = clean_image(SimpleUploadedFile("picture", data), max_side=WIDTH)
    ending = clean.name.rpartition(".")[2]
    name = f"{FOLDER}/{slug}/{hashlib.sha256(data).hexdigest()[:20]}.{ending}"
    if not default_storage.exists(name):
        # Saved when the transaction is through: nothing lies about after one that failed.
        transaction.on_commit(partial(_save, name, clean.read()))
    return default_storage.url(name)


def _save(name: str, content: bytes) -> None:
    if not default_storage.exists(name):
        default_storage.save(name, ContentFile(content))
