"""The watch page: one page over the daily tables, in the place of a list of rows."""

from __future__ import annotations

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from ml.admin.readonly import ReadOnlyAdmin
from recommendations.watch import figures, queue
from recommendations.watch.models import WatchDay

PAGE = "admin:recommendations_watchday_changelist"


@admin.register(WatchDay)
class WatchDayAdmin(ReadOnlyAdmin):
    """Read with `view_watchday`; failed tasks are run again with `retry_task`."""

    def changelist_view(self, request, extra_context=None):
        if not self.has_view_permission(request):
            raise PermissionDenied
        asked = request.GET
        length = asked.get("days", "")
        length = int(length) if length.isascii() and length.isdigit() and len(length) < 5 else 0
        context = {
            **self.admin_site.each_context(request),
            "title": _("Watch"),
            "opts": self.opts,
            "may_retry": self.has_retry_permission(request),
            **figures.page(asked.get("domain", ""), asked.get("feed", ""), length),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "recommendations/watch.html", context)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        return HttpResponseRedirect(reverse(PAGE))

    def has_retry_permission(self, request) -> bool:
        return request.user.has_perm("recommendations.retry_task")

    def get_urls(self):
        retry = self.admin_site.admin_view(self.retry_view)
        return [path("retry/", retry, name="recommendations_watchday_retry"), *super().get_urls()]

    def retry_view(self, request):
        """Run a failed task again (POST `task`)."""
        if not (self.has_view_permission(request) and self.has_retry_permission(request)):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        try:
            function = queue.retry(request.POST.get("task", "")[:32])
        except queue.RetryError as error:
            self.message_user(request, str(error), messages.ERROR)
        else:
            self.message_user(request, _("In the queue again: %(name)s") % {"name": function}, messages.SUCCESS)
        return HttpResponseRedirect(f"{reverse(PAGE)}#queue")
