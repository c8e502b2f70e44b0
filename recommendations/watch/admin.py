"""The watch page: one page over the daily tables; its figures as CSV; deciding on failed tasks."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponseNotAllowed, HttpResponseRedirect, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from ml.admin.readonly import ReadOnlyAdmin
from recommendations.watch import figures, queue, rows
from recommendations.watch.models import WatchDay

PAGE = "admin:recommendations_watchday_changelist"
AT_ONCE = 500  # tasks that one press of a button decides on


@admin.register(WatchDay)
class WatchDayAdmin(ReadOnlyAdmin):
    """Read with `view_watchday`; failed tasks are run again or put aside with `retry_task`."""

    def changelist_view(self, request, extra_context=None):
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": _("Watch"),
            "opts": self.opts,
            "may_retry": self.has_retry_permission(request),
            **figures.page(figures.Asked.read(request.GET)),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "recommendations/watch.html", context)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        return HttpResponseRedirect(reverse(PAGE))

    def has_retry_permission(self, request) -> bool:
        return request.user.has_perm("recommendations.retry_task")

    def get_urls(self):
        retry, table = self.admin_site.admin_view(self.decide_view), self.admin_site.admin_view(self.table_view)
        return [
            path("retry/", retry, name="recommendations_watchday_retry"),
            path("csv/<str:table>/", table, name="recommendations_watchday_csv"),
            *super().get_urls(),
        ]

    def table_view(self, request, table: str):
        """One of the daily tables as CSV, over the same period as the page."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        asked = figures.Asked.read(request.GET)
        if table not in rows.TABLES:
            return HttpResponseRedirect(reverse(PAGE))
        response = StreamingHttpResponse(rows.csv_of(table, asked), content_type="text/csv; charset=utf-8")
        name = f"watch-{table}-{asked.domain}-{asked.first}-{asked.last}.csv"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    def decide_view(self, request):
        """Run failed tasks again, or put them aside: POST `retry` or `dismiss` with a task, `chosen` (of `task`) or `all`."""
        if not (self.has_view_permission(request) and self.has_retry_permission(request)):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        action = "dismiss" if "dismiss" in request.POST else "retry"
        wanted = request.POST.get(action, "")
        tasks = {"chosen": request.POST.getlist("task"), "all": queue.failed_ids(AT_ONCE)}.get(wanted, [wanted])
        done = self._decide(request, action, [task[:32] for task in tasks[:AT_ONCE]])
        if not tasks:
            self.message_user(request, _("No task was chosen."), messages.WARNING)
        if done and action == "retry":
            text = ngettext("In the queue again: %(name)s", "%(n)d tasks are in the queue again.", len(done))
            self.message_user(request, text % {"n": len(done), "name": done[0]}, messages.SUCCESS)
        elif done:
            text = ngettext("Put aside: %(name)s", "%(n)d tasks were put aside.", len(done))
            self.message_user(request, text % {"n": len(done), "name": done[0]}, messages.SUCCESS)
        return HttpResponseRedirect(f"{reverse(PAGE)}#queue")

    def _decide(self, request, action: str, tasks: list[str]) -> list[str]:
        """The functions of the tasks for which it worked; the others are said, each reason once."""
        act: Callable[[str], tuple[str, str]] = queue.dismiss if action == "dismiss" else queue.retry
        done: list[str] = []
        errors: dict[str, None] = {}
        for task in tasks:
            try:
                with transaction.atomic():
                    function, number = act(task)
                    queue.note(request.user, action, function, number)
            except queue.RetryError as error:
                errors[str(error)] = None
            else:
                done.append(queue.title(function))
        for reason in errors:
            self.message_user(request, reason, messages.ERROR)
        return done
