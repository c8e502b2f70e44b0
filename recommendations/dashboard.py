"""The events' card of the admin's first page."""

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from common.dashboard import Card, card
from recommendations.domains import domains
from recommendations.models import Event


@card("recommendations.view_event", 20)
def events_today() -> Card:
    """Since midnight, by domain; over the index (domain, time)."""
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    names = [domain.name for domain in domains]
    rows = Event.objects.filter(domain__in=names, occurred_at__gte=midnight).order_by()
    counts = dict(rows.values_list("domain").annotate(Count("pk")))
    page = reverse("admin:recommendations_event_changelist")
    lines = [
        (f"{domain.verbose_name or domain.name}: {counts.get(domain.name, 0)}", f"{page}?domain={domain.name}")
        for domain in domains
    ]
    return Card(_("Events today"), sum(counts.values()), page, "", lines)
