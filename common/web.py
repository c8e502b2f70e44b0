"""What the pages of all apps share: pages of lists, login first, errors of services in forms, answers to htmx."""

import json
from functools import wraps

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render, resolve_url

PER_PAGE = 24


def member_required(view):
    """Send visitors to the login, also those whose button asked through htmx."""

    @wraps(view)
    def wrapped(request, *args, **kwargs):
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        back = request.get_full_path() if request.method == "GET" else request.META.get("HTTP_REFERER", "/")
        if request.htmx:
            login = redirect_to_login(_local(request, back))
            return HttpResponse(status=204, headers={"HX-Redirect": login.url})
        return redirect_to_login(_local(request, back))

    return wrapped


def _local(request, url):
    """The path of one of this site's pages; any other address becomes the main page."""
    prefix = f"{request.scheme}://{request.get_host()}"
    path = url.removeprefix(prefix)
    return path if path.startswith("/") and not path.startswith("//") else "/"


def paginate(request, rows, per_page=PER_PAGE):
    """The asked page of `rows`; a number that is none gives the first or last one."""
    paginator = Paginator(rows, per_page)
    page = paginator.get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    page.query = query.urlencode()
    page.shown = list(paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1))
    return page


def submit(form, service, **values):
    """Call a service with a valid form's values; what it refuses becomes the form's errors. None: refused."""
    try:
        return service(**values)
    except ValidationError as error:
        found = error.message_dict if hasattr(error, "error_dict") else {None: error.messages}
        for field, texts in found.items():
            for text in texts:
                form.add_error(field if field in form.fields else None, text)
        return None


def answer(request, template, context, back, text="", kind="success"):
    """The changed part of the page for htmx, a redirect with a message for everybody else."""
    if request.htmx:
        response = render(request, template, context)
        if text:
            response["HX-Trigger"] = json.dumps({"toast": {"text": str(text), "kind": kind}})
        return response
    if text:
        messages.add_message(request, messages.ERROR if kind == "error" else messages.SUCCESS, str(text))
    return redirect(resolve_url(back))
