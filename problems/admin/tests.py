"""Tests in the admin: to be looked at and downloaded; they are uploaded as a whole, on the problem's page."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from common.columns import size
from problems.models import TestCase


@admin.register(TestCase)
class TestCaseAdmin(ModelAdmin):
    input_size, answer_size = size("input_bytes", _("input")), size("answer_bytes", _("answer"))
    list_display = ("name", "problem", "group", "is_sample", "input_size", "answer_size", "files")
    list_filter = ("is_sample",)
    list_select_related = ("problem", "group")
    search_fields = ("name", "problem__slug")
    ordering = ("problem", "order", "id")
    fields = ("problem", "group", "name", "order", "is_sample", "input_bytes", "answer_bytes", "files")
    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def lookup_allowed(self, lookup, value, request=None):
        return lookup == "problem__id__exact" or super().lookup_allowed(lookup, value, request)

    def get_urls(self):
        view = self.admin_site.admin_view(self.download)
        return [path("<int:pk>/<str:part>/", view, name="problems_testcase_file"), *super().get_urls()]

    def download(self, request, pk, part):
        """The input (`in`) or the answer (`ans`) as a file."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        test = get_object_or_404(TestCase.objects.with_data(), pk=pk)
        data = test.answer if part == "ans" else test.input
        name = f"{test.name.replace('/', '-')}.{'ans' if part == 'ans' else 'in'}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
        return HttpResponse(data, content_type="application/octet-stream", headers=headers)

    @admin.display(description=_("Files"))
    def files(self, test):
        address = "admin:problems_testcase_file"
        return format_html(
            '<a href="{}">.in</a> <a href="{}">.ans</a>',
            reverse(address, args=[test.pk, "in"]),
            reverse(address, args=[test.pk, "ans"]),
        )
