"""allauth's sign-up form, made all or nothing."""

from allauth.account import forms as allauth
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.shortcuts import redirect
from django.utils.translation import gettext as _


class SignupForm(allauth.SignupForm):
    """Saves the user and the address together, so that nothing half-made stays behind."""

    def try_save(self, request):
        try:
            with transaction.atomic():
                return super().try_save(request)
        except IntegrityError:
            messages.error(request, _("This nickname or e-mail address was taken a moment ago. Please try again."))
            return None, redirect("account_signup")
