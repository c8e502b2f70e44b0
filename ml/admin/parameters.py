"""One page on which staff see and set all declared parameters."""

from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.text import slugify
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from ml import parameters, revisions, training
from ml.admin.readonly import ReadOnlyAdmin
from ml.models import ParameterChange, ParameterValue

SLIDER_STEPS = 100


@dataclass
class Field:
    """A declared parameter with the value in force, as the template shows it."""

    scope: str
    parameter: parameters.Parameter
    value: Any
    was: str = ""  # the value in force when the page was made
    error: str = ""

    @property
    def name(self) -> str:
        return f"{self.scope}|{self.parameter.name}"

    @property
    def id(self) -> str:
        return "p-" + slugify(self.name.replace("|", "-").replace(".", "-"))

    @property
    def text(self) -> str:
        return str(self.value).lower() if self.parameter.kind == "bool" else str(self.value)

    @property
    def changed(self) -> bool:
        return self.value != self.parameter.default

    @property
    def widget(self) -> str:
        """`select`, `bool`, `slider`, `number` or `text`."""
        parameter = self.parameter
        if parameter.choices:
            return "select"
        if parameter.kind in ("bool", "str"):
            return "text" if parameter.kind == "str" else "bool"
        return "number" if parameter.min is None or parameter.max is None else "slider"

    @property
    def step(self) -> str:
        """Of the slider; the number field beside it takes any value within the bounds."""
        if self.parameter.kind == "int":
            return "1"
        low, high = self.parameter.min, self.parameter.max
        return "any" if low is None or high is None else f"{(high - low) / SLIDER_STEPS:.6g}"

    @property
    def options(self) -> list[tuple[str, Any, bool]]:
        return [(str(value), label, value == self.value) for value, label in self.parameter.pairs]


def read_form(scope: str, data) -> tuple[dict[str, Any], dict[str, str], dict[str, str]]:
    """(values to set, errors, texts as given) of a posted form; what the user did not touch is left alone."""
    values: dict[str, Any] = {}
    errors: dict[str, str] = {}
    given: dict[str, str] = {}
    for name, parameter in parameters.scopes()[scope].parameters.items():
        field = f"{scope}|{name}"
        text = data.get(field, "" if parameter.kind == "bool" and f"was:{field}" in data else None)
        if text is None or text == data.get(f"was:{field}"):
            continue  # somebody else may have changed it meanwhile
        given[name] = text
        try:
            values[name] = _choice(parameter, text) if parameter.choices else parameter.parse(text)
        except parameters.ParameterError as error:
            errors[name] = str(error)
    return values, errors, given


def _choice(parameter: parameters.Parameter, text: str) -> Any:
    return parameter.clean({str(value): value for value in parameter.values}.get(text, text))


@admin.register(ParameterValue)
class ParameterValueAdmin(ModelAdmin):
    """The list is a form over all declarations; rows of the table are not edited by themselves."""

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def change_view(self, request, object_id, form_url="", extra_context=None):
        return HttpResponseRedirect("../../")

    def changelist_view(self, request, extra_context=None):
        if not self.has_view_permission(request):
            raise PermissionDenied
        training.declare_family_parameters()
        errors: dict[str, dict[str, str]] = {}
        given: dict[str, dict[str, str]] = {}
        if request.method == "POST":
            if not self.has_change_permission(request):
                raise PermissionDenied
            scope, failed, texts = self.save(request)
            if not failed:
                return HttpResponseRedirect(f"{request.path}#{slugify(scope.replace('.', '-'))}")
            errors[scope], given[scope] = failed, texts
        context = {
            **self.admin_site.each_context(request),
            "title": _("Parameters"),
            "opts": self.opts,
            "groups": self.groups(errors, given),
            "changes": ParameterChange.objects.select_related("by")[:20],
            "may_change": self.has_change_permission(request),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "ml/parameters.html", context, status=400 if errors else 200)

    def save(self, request) -> tuple[str, dict[str, str], dict[str, str]]:
        """Store one scope's form, or reset one parameter: all of it, or nothing."""
        scope, _sep, reset = request.POST.get("reset", "").partition("|")
        if reset:
            try:
                parameters.reset(scope, reset, by=request.user)
            except parameters.ParameterError as error:
                self.message_user(request, str(error), messages.ERROR)
            else:
                self.message_user(request, gettext("%(name)s has its default again.") % {"name": f"{scope}.{reset}"})
            return scope, {}, {}
        scope = request.POST.get("scope", "")
        if scope not in parameters.scopes():
            self.message_user(
                request, gettext("Unknown parameter group: %(name)s") % {"name": scope[:100]}, messages.ERROR
            )
            return "", {}, {}
        values, errors, given = read_form(scope, request.POST)
        if errors:
            self.message_user(request, gettext("Nothing was saved. Please correct what is marked."), messages.ERROR)
            return scope, errors, given
        with transaction.atomic():
            for name, value in values.items():
                parameters.set(scope, name, value, by=request.user)
        self.message_user(request, gettext("Saved: %(names)s") % {"names": ", ".join(values) or "–"})
        return scope, {}, {}

    def groups(self, errors: dict, given: dict) -> list[dict]:
        """Scopes with their fields, as the template shows them."""
        numbers = revisions.current()
        groups = []
        for name, scope in parameters.scopes().items():
            values = parameters.get(name, numbers)
            fields = []
            for p in scope.parameters.values():
                field = Field(name, p, values[p.name], error=errors.get(name, {}).get(p.name, ""))
                field.was, field.value = field.text, given.get(name, {}).get(p.name, field.value)
                fields.append(field)
            groups.append({"name": name, "title": scope.title, "id": slugify(name.replace(".", "-")), "fields": fields})
        return groups


@admin.register(ParameterChange)
class ParameterChangeAdmin(ReadOnlyAdmin):
    list_display = ("scope", "name", "old", "new", "by", "at")
    list_filter = ("scope",)
    search_fields = ("scope", "name")
    list_select_related = ("by",)
    date_hierarchy = "at"
