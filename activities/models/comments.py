"""What members say below activities, and who may read it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from activities.models.activities import Activity

#: what the filter gives as its reason, in place of the words of staff
BY_FILTER = gettext_noop("The automatic filter took it for abusive.")


class CommentQuerySet(models.QuerySet):
    """Who may read what: everybody what is shown, authors their own as well, whatever moderation says."""

    def readable_by(self, user=None):
        shown = Q(state=Comment.State.SHOWN)
        return self.filter(shown | Q(user=user) if user is not None and user.is_authenticated else shown)


class Comment(models.Model):
    """What a member says below an activity: plain text, one level of replies."""

    class State(models.TextChoices):
        SHOWN = "shown", _("shown")
        HELD = "held", _("held for review")
        HIDDEN = "hidden", _("hidden")

    activity = models.ForeignKey(
        Activity, verbose_name=_("activity"), on_delete=models.CASCADE, related_name="comments"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("member"), on_delete=models.CASCADE, related_name="comments"
    )
    parent = models.ForeignKey(
        "self", verbose_name=_("reply to"), null=True, blank=True, on_delete=models.CASCADE, related_name="replies"
    )
    text = models.TextField(_("text"), max_length=1000)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.SHOWN)
    reason = models.CharField(
        _("reason"), max_length=300, blank=True, help_text=_("Why it is held or hidden; its author reads it.")
    )
    score = models.FloatField(
        _("score"), null=True, blank=True, editable=False, help_text=_("How abusive the filter thinks it, 0 to 1.")
    )
    deleted_at = models.DateTimeField(_("deleted"), null=True, blank=True)

    objects = CommentQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=["shown", "held", "hidden"]), name="activities_comment_state")
        ]
        indexes = [
            models.Index(fields=["activity", "created_at", "id"], name="activities_comment_list"),
            models.Index(fields=["user", "-created_at"], name="activities_comment_author"),
            # The queue of staff: a few rows among very many.
            models.Index(fields=["created_at"], condition=Q(state="held"), name="activities_comment_held"),
        ]

    def __str__(self):
        return self.text[:50]

    def get_absolute_url(self):
        return f"{self.activity.get_absolute_url()}#comment-{self.pk}"

    @property
    def is_shown(self):
        return self.state == self.State.SHOWN

    @property
    def why(self):
        """The reason in the language of the request: the filter's is a message id, those of staff are their words."""
        return gettext(self.reason) if self.reason else ""
