"""Notices to owners, organisers and applicants. The texts are message ids: each member reads them in their language."""

from django.utils.translation import gettext_noop

from accounts.services import notify

CLUB_REQUEST = gettext_noop("%(member)s would like to join %(name)s.")
CLUB_APPROVED = gettext_noop("You are now a member of %(name)s.")
CLUB_REJECTED = gettext_noop("Your request to join %(name)s was declined.")
CLUB_CLOSED = gettext_noop("The club %(name)s was closed.")
ACTIVITY_REQUEST = gettext_noop("%(member)s would like to take part in %(name)s.")
ACTIVITY_APPROVED = gettext_noop("You take part in %(name)s.")
ACTIVITY_REJECTED = gettext_noop("Your request to take part in %(name)s was declined.")
ACTIVITY_CLOSED = gettext_noop("The activity %(name)s was closed.")
COMMENT = gettext_noop("%(member)s commented on %(name)s.")
REPLY = gettext_noop("%(member)s answered your comment on %(name)s.")


def tell(user, kind, text, subject, member=None, anchor=""):
    """Send one notice about a club or an activity; nobody is told what they did themselves."""
    if user is None or user == member or not user.is_active:
        return
    params = {"name": str(subject)} | ({"member": member.nickname} if member else {})
    notify(user=user, kind=kind, text=text, params=params, url=subject.get_absolute_url() + anchor)
