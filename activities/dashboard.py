"""The moderation's card of the admin's first page."""

from django.urls import reverse
from django.utils.translation import gettext as _

from activities import moderating
from activities.models import Appeal
from common.dashboard import Card, card


@card("activities.view_queuedcomment", 15)
def moderation() -> Card:
    """Comments that wait for staff, and appeals without a decision."""
    waiting = moderating.waiting_for_review()
    appeals = Appeal.objects.filter(decision=None).count()
    lines = [(_("Open appeals: %(n)d") % {"n": appeals}, reverse("admin:activities_appeal_changelist"))]
    if waiting:
        lines.append((_("Review one by one"), reverse("admin:activities_queuedcomment_review")))
    page = reverse("admin:activities_queuedcomment_changelist")
    return Card(_("Comments to decide on"), waiting, page, "", lines, warn=bool(waiting or appeals))
