"""The moderation's card of the admin's first page."""

from django.urls import reverse
from django.utils.translation import gettext as _

from activities.models import Appeal, QueuedComment
from common.dashboard import Card, card


@card("activities.view_queuedcomment", 15)
def moderation() -> Card:
    """Comments that wait for staff, and appeals without a decision."""
    waiting = QueuedComment.objects.count()
    appeals = Appeal.objects.filter(decision=None).count()
    lines = [(_("Open appeals: %(n)d") % {"n": appeals}, reverse("admin:activities_appeal_changelist"))]
    page = reverse("admin:activities_queuedcomment_changelist")
    return Card(_("Comments to decide on"), waiting, page, "", lines, warn=bool(waiting or appeals))
