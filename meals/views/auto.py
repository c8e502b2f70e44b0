"""What a member lets the site order for them, and what came of it."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from common.web import member_required, submit
from meals import services
from meals.forms import AutoOrderForm
from meals.models import AutoOrderResult, DiningType, Group
from ml import parameters

RESULTS = 14


@member_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def settings(request):
    """The limits of lunch and of dinner, each a form of its own."""
    rows = services.auto_order_settings(request.user)
    sent = request.POST.get("dining_type") if request.method == "POST" else None
    unknown = sent is not None and sent not in DiningType.values
    forms = {row.dining_type: AutoOrderForm(request.POST if row.dining_type == sent else None, row=row) for row in rows}
    if sent is not None and not unknown and forms[sent].is_valid():
        form = forms[sent]
        if submit(form, services.auto_order_set, user=request.user, dining_type=sent, **form.values()):
            messages.success(request, _("Saved."))
            return redirect("meals:auto")
    if unknown:
        messages.error(request, _("Choose lunch or dinner."))
    groups = list(Group.objects.served(request.user).order_by("pk"))
    results = AutoOrderResult.objects.filter(user=request.user).select_related("order__food")
    context = {
        "forms": [(form, any(group.cutoff(form.row.dining_type) for group in groups)) for form in forms.values()],
        "results": results.order_by("-date", "-pk")[:RESULTS],
        "lead": parameters.get("meals.auto")["lead"],
        "groups": groups,
    }
    bad = unknown or any(form.errors for form in forms.values())
    return render(request, "meals/auto.html", context, status=400 if bad else 200)
