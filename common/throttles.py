"""Rate limits that read their settings when asked, so that tests and `MOA_THROTTLE=off` can change them."""

from __future__ import annotations

from rest_framework import throttling
from rest_framework.settings import api_settings


class _FromSettings(throttling.SimpleRateThrottle):
    def get_rate(self) -> str | None:
        return api_settings.DEFAULT_THROTTLE_RATES.get(self.scope)


class AnonThrottle(_FromSettings, throttling.AnonRateThrottle):
    """Visitors, by address."""


class UserThrottle(_FromSettings, throttling.UserRateThrottle):
    """Members, by account."""


class ScopedThrottle(_FromSettings, throttling.ScopedRateThrottle):
    """Endpoints that name a `throttle_scope`: one of DEFAULT_THROTTLE_RATES."""
