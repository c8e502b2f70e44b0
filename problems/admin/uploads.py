"""Uploads in the admin: problem packages, and test data of one problem."""

from pathlib import Path
from tempfile import TemporaryDirectory

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminTextInputWidget

from problems.models import Problem
from problems.models.catalogue import validate_slug_has_letter
from problems.packages import PackageError, limits
from problems.services.packages import import_package, replace_tests


class ArchiveForm(forms.Form):
    """One archive."""

    file = forms.FileField(label=_("Archive"), help_text=_(".zip, .tar.gz or .tar"), widget=UnfoldAdminFileFieldWidget)

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > limits.ARCHIVE_BYTES:
            text = _("The archive may have at most %(max)s MB.")
            raise forms.ValidationError(text, params={"max": limits.ARCHIVE_BYTES // limits.MB})
        return file

    def apply(self, function):
        """Call `function(path)` with the upload on disk; what is wrong with it becomes the form's error."""
        file = self.cleaned_data["file"]
        with TemporaryDirectory(prefix="moa-upload-") as folder:
            path = Path(folder) / (Path(file.name).name or "upload")
            with path.open("wb") as out:
                for chunk in file.chunks():
                    out.write(chunk)
            try:
                return function(path)
            except PackageError as error:
                self.add_error("file", str(error).replace(f"{folder}/", ""))
                return None


class PackageForm(ArchiveForm):
    """A problem package; without a slug its name becomes the address."""

    slug = forms.SlugField(
        label=_("slug"),
        max_length=80,
        required=False,
        validators=[validate_slug_has_letter],
        help_text=_("Empty: the package's name."),
        widget=UnfoldAdminTextInputWidget,
    )


def import_page(model_admin, request):
    """Upload a problem package; a problem is made, or brought up to date."""
    if not (model_admin.has_add_permission(request) and model_admin.has_change_permission(request)):
        raise PermissionDenied
    form = PackageForm(*_sent(request))
    if request.method == "POST" and form.is_valid():
        slug = form.cleaned_data["slug"]
        done = form.apply(lambda path: import_package(path, slug=slug, measure=False))
        if done:
            text = _("“%(title)s” is imported, with %(count)d tests.")
            messages.success(request, text % {"title": done.problem.title, "count": done.tests})
            for warning in done.warnings[:20]:
                messages.warning(request, warning)
            return HttpResponseRedirect(reverse("admin:problems_problem_change", args=[done.problem.pk]))
    help_text = _(
        "A package in the Kattis/ICPC format. The same package again updates its problem. "
        "Nothing is run here: without a time limit in the package check the one that the problem gets."
    )
    back = reverse("admin:problems_problem_changelist")
    return page(model_admin, request, form, _("Import a problem package"), help_text, back)


def data_page(model_admin, request, pk):
    """Upload the tests of a problem; they replace those that are there."""
    problem = get_object_or_404(Problem, pk=pk)
    if not model_admin.has_change_permission(request, problem):
        raise PermissionDenied
    form = ArchiveForm(*_sent(request))
    back = reverse("admin:problems_problem_change", args=[pk])
    if request.method == "POST" and form.is_valid():
        count = form.apply(lambda path: replace_tests(problem, path))
        if count:
            model_admin.log_change(request, problem, f"test data replaced: {count} tests")
            messages.success(request, _("The problem has %(count)d tests now.") % {"count": count})
            return HttpResponseRedirect(back)
    help_text = _(
        "Folders sample/ and secret/ with .in and .ans files, groups in folders with testdata.yaml; files without folders "
        "become hidden tests. The tests that are there are replaced."
    )
    return page(model_admin, request, form, _("Test data of “%(title)s”") % {"title": problem.title}, help_text, back)


def page(model_admin, request, form, title, help_text, back):
    context = {
        **model_admin.admin_site.each_context(request),
        "title": title,
        "form": form,
        "help_text": help_text,
        "back": back,
        "opts": model_admin.model._meta,
    }
    status = 400 if form.errors else 200
    return TemplateResponse(request, "admin/problems/upload.html", context, status=status)


def _sent(request):
    """What a form is bound to: an empty POST binds, too."""
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)
