"""Rows of any model, with every relation filled by a row of its own: to look at pages that list them."""

from __future__ import annotations

import datetime as dt
import itertools
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils import timezone

_numbers = itertools.count(1)
#: What a model's constraints ask for, by label; a function gets the row's number.
SPECIAL: dict[str, dict[str, Any]] = {
    "accounts.Notification": {"text": "알림"},  # is looked up for a translation
    "activities.QueuedComment": {"state": "held", "deleted_at": None},
    "django_q.Failure": {"success": False},
    "django_q.Success": {"success": True},
    "ml.ModelVersion": {"broken": "its base does not have the expected form"},  # these two are sayings (`ml.said`)
    "ml.TrainingRun": {"error": "its base does not have the expected form"},
    "meals.Order": {"status": "delivered", "cancelled_at": None, "rating": lambda number: 1 + number % 5},
}
DEEP = 3


def make(model: type[models.Model], count: int, depth: int = 0) -> list[Any]:
    """Store `count` rows without `save()`, so that no service and no signal answers; return them."""
    label = model._meta.concrete_model._meta.label
    rows = []
    for _ in range(count):
        number = next(_numbers)
        values = {field.name: _value(field, number, depth) for field in model._meta.concrete_fields if _wanted(field)}
        given = SPECIAL.get(model._meta.label, {}) | SPECIAL.get(label, {})
        values |= {name: value(number) if callable(value) else value for name, value in given.items()}
        rows.append(model._meta.concrete_model(**values))
    return model._meta.concrete_model._base_manager.bulk_create(rows)


def _wanted(field: models.Field) -> bool:
    if field.generated or (field.primary_key and isinstance(field, models.AutoField)):
        return False
    return not isinstance(field, models.FileField)


def _value(field: models.Field, number: int, depth: int) -> Any:
    if field.remote_field:
        if field.null and (depth >= DEEP or field.remote_field.model is field.model):
            return None
        return make(field.remote_field.model, 1, depth + 1)[0]
    if field.choices:
        keys = [key for key, _label in field.flatchoices if key not in ("", None)]
        return keys[number % len(keys)]
    if field.has_default() and not field.unique:
        return field.get_default()
    for kind, make_value in _KINDS:
        if isinstance(field, kind):
            return make_value(field, number)
    return None


def _text(field: models.Field, number: int) -> str:
    return f"{field.name} {number}"[-(field.max_length or 60) :]


_KINDS: list[tuple[type, Any]] = [
    (models.EmailField, lambda field, number: f"row{number}@moa.example"),
    (models.URLField, lambda field, number: f"https://moa.example/{number}"),
    (models.SlugField, lambda field, number: f"{field.name.replace('_', '-')}-{number}"),
    (models.GenericIPAddressField, lambda field, number: "192.0.2.1"),
    (models.CharField, _text),
    (models.TextField, _text),
    (models.BooleanField, lambda field, number: False),
    (models.IntegerField, lambda field, number: number),
    (models.FloatField, lambda field, number: 0.5),
    (models.DecimalField, lambda field, number: Decimal("0.5")),
    (models.DateTimeField, lambda field, number: timezone.now() - dt.timedelta(minutes=number)),
    (models.DateField, lambda field, number: dt.date(2026, 1, 1) + dt.timedelta(days=number)),
    (models.TimeField, lambda field, number: dt.time(10)),
    (models.JSONField, lambda field, number: {}),
    (models.BinaryField, lambda field, number: b"x"),
]
