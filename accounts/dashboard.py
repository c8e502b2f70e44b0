"""The members' card of the admin's first page."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.dashboard import Card, card


@card("", 10)  # a number names nobody
def members() -> Card:
    rows = User.objects.filter(is_active=True, is_placeholder=False)
    joined = rows.filter(date_joined__gte=timezone.now() - timedelta(days=7)).count()
    detail = _("Joined within 7 days: %(n)d") % {"n": joined}
    return Card(_("Members"), rows.count(), reverse("admin:accounts_user_changelist"), detail)
