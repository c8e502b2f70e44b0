"""What operators ask: is the process alive, may it get requests, how does it do."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_prometheus.exports import ExportToDjangoView
from django_q.brokers import get_broker

from common.lockout import is_direct
from common.problem import problem_response

logger = logging.getLogger(__name__)


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
    return "ok"


def _migrations() -> str:
    executor = MigrationExecutor(connection)
    missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    return f"{missing} to apply: run manage.py migrate" if missing else "ok"


def _queue() -> str:
    get_broker().queue_size()
    return "ok"


CHECKS: dict[str, Callable[[], str]] = {"database": _database, "migrations": _migrations, "queue": _queue}


@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Database, migrations and task queue are there; 503 with the culprit otherwise."""
    found = {name: _run(name, check) for name, check in CHECKS.items()}
    ready = set(found.values()) == {"ok"}
    return JsonResponse({"status": "ok" if ready else "not ready", "checks": found}, status=200 if ready else 503)


def _run(name: str, check: Callable[[], str]) -> str:
    try:
        return check()
    except Exception:  # whatever it is, the answer is "not ready"; the log has the cause, the public answer does not
        logger.exception("readiness check failed: %s", name)
        return "failed"


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus metrics, for staff and for the addresses in METRICS_ALLOWED."""
    if request.user.is_staff or (is_direct(request) and request.META.get("REMOTE_ADDR") in settings.METRICS_ALLOWED):
        return ExportToDjangoView(request)
    return problem_response(403, _("Metrics are for staff and for the addresses in METRICS_ALLOWED."))
