"""Notices to owners, organisers and applicants. The texts are message ids: each member reads them in their language."""

from django.utils.translation import gettext_noop

from accounts.services import notify
from activities.models.comments import BY_FILTER, Comment

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
COMMENT_HIDDEN = gettext_noop("Your comment on %(name)s was hidden: %(reason)s You can appeal.")
COMMENT_FILTERED = gettext_noop("The automatic filter has hidden your comment on %(name)s. You can appeal.")
COMMENT_HELD = gettext_noop("Your comment on %(name)s is under review again.")
COMMENT_SHOWN = gettext_noop("Your comment on %(name)s can be read by everybody.")
APPEAL_GRANTED = gettext_noop("Your appeal was granted: your comment on %(name)s is shown again.")
APPEAL_REFUSED = gettext_noop("Your appeal for your comment on %(name)s was refused: %(reason)s")


def tell(user, kind, text, subject, member=None, anchor="", **params):
    """Send one notice about a club or an activity; nobody is told what they did themselves."""
    if user is None or user == member or not user.is_active:
        return
    params |= {"name": str(subject)} | ({"member": member.nickname} if member else {})
    notify(user=user, kind=kind, text=text, params=params, url=subject.get_absolute_url() + anchor)


def commented(comment):
    """Tell the organiser of a comment, and who is answered; only of one that everybody may read."""
    activity, parent, member = comment.activity, comment.parent, comment.user
    tell(activity.host, "comment", COMMENT, activity, member=member, anchor="#comments")
    if parent is not None and parent.user != activity.host:
        tell(parent.user, "reply", REPLY, activity, member=member, anchor="#comments")


def moderated(comment, *, appealed=False):
    """Tell the author what became of their comment, or of their appeal."""
    texts = {Comment.State.SHOWN: COMMENT_SHOWN, Comment.State.HELD: COMMENT_HELD, Comment.State.HIDDEN: COMMENT_HIDDEN}
    text = texts[Comment.State(comment.state)]
    if appealed:
        text = APPEAL_GRANTED if comment.is_shown else APPEAL_REFUSED
    elif text == COMMENT_HIDDEN and comment.reason == BY_FILTER:
        text = COMMENT_FILTERED
    tell(comment.user, "moderation", text, comment.activity, anchor=f"#comment-{comment.pk}", reason=comment.reason)
