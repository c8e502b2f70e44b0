"""Times in the API: UTC, whatever the site's own time zone."""

from datetime import UTC
from typing import Any

from rest_framework import serializers


class UtcDateTimeField(serializers.DateTimeField):
    """Written as `2026-05-01T03:00:00Z`, where REST framework would write the site's local time."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("default_timezone", UTC)
        super().__init__(**kwargs)
