"""Comments: say, delete, report, appeal. Without scripts each is a form and a redirect back to the comments."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from activities import errors, selectors, services
from activities.forms import AppealForm, CommentForm, ReportForm
from activities.models import Comment
from activities.views.activities import find
from common.web import answer, member_required, submit

SAID = {
    Comment.State.SHOWN: "",
    Comment.State.HELD: gettext_lazy("Your comment is under review: others see it once a moderator has read it."),
    Comment.State.HIDDEN: gettext_lazy(
        "Your comment was hidden: the automatic filter took it for abusive. You can appeal."
    ),
}


@member_required
@require_POST
def comment(request, pk):
    """Write a comment or an answer."""
    activity = find(request, pk)
    form, text, kind = CommentForm(request.POST), "", "success"
    if form.is_valid():
        try:
            said = services.comment_create(
                user=request.user, activity=activity, text=form.cleaned_data["text"], parent=_parent(request, activity)
            )
            form, text = CommentForm(), SAID[said.state]
        except ValidationError as error:
            text, kind = error.messages[0], "error"
    else:
        text, kind = form.errors["text"][0], "error"
    return _comments(request, activity, form, text, kind)


def _parent(request, activity):
    number = request.POST.get("parent", "")
    if not number:
        return None
    usable = number.isascii() and number.isdigit() and len(number) < 18
    found = usable and activity.comments.select_related("parent", "user").filter(pk=number).first()
    if not found:
        raise ValidationError(_("There is no such comment below this activity."))
    return found


@member_required
@require_POST
def comment_delete(request, pk):
    """Delete a comment of one's own, or below one's own activity."""
    found = get_object_or_404(Comment.objects.select_related("activity__club"), pk=pk, deleted_at=None)
    services.comment_delete(user=request.user, comment=found)
    return _comments(request, find(request, found.activity_id), CommentForm(), _("Deleted."), "success")


def _comments(request, activity, form, text, kind):
    context = {
        "activity": activity,
        "comments": selectors.comment_list(activity, request.user),
        "comment_form": form,
        "standing": selectors.Standing(runs=activity.is_run_by(request.user)),
    }
    return answer(request, "activities/_comments.html", context, activity.get_absolute_url() + "#comments", text, kind)


@member_required
@require_http_methods(["GET", "HEAD", "POST"])
def report(request, pk):
    """Report somebody's comment to staff."""
    comment = get_object_or_404(selectors.comment_readable(request.user), pk=pk)
    if comment.user_id == request.user.pk:
        raise errors.not_allowed(_("You cannot report your own comment."))
    words = {"title": _("Report a comment"), "send": _("Report"), "thanks": _("Thank you. Staff will look at it.")}
    return _form(request, comment, ReportForm(request.POST or None), services.comment_report, words)


@member_required
@require_http_methods(["GET", "HEAD", "POST"])
def appeal(request, pk):
    """Ask staff to look again at one's own hidden comment."""
    comment = get_object_or_404(selectors.comment_readable(request.user), pk=pk, user=request.user)
    words = {"title": _("Appeal"), "send": _("Appeal"), "thanks": _("Your appeal was sent. You will be told.")}
    return _form(request, comment, AppealForm(request.POST or None), services.comment_appeal, words)


def _form(request, comment, form, service, words):
    valid = request.method == "POST" and form.is_valid()
    if valid and submit(form, service, user=request.user, comment=comment, **form.cleaned_data):
        messages.success(request, words["thanks"])
        return redirect(comment)
    context = {"comment": comment, "form": form, **words}
    return render(request, "activities/comment_form.html", context, status=400 if form.errors else 200)
