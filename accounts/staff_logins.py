"""Staff's pages of log-ins: tries and failures, verified addresses, accounts at other sites; the libraries' own, in the theme."""

from allauth.account.admin import EmailAddressAdmin as LibraryEmailAddressAdmin
from allauth.account.models import EmailAddress
from allauth.socialaccount.admin import SocialAppForm
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib import admin
from django.contrib.sites.models import Site
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminPasswordToggleWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from common.columns import short

for model in (AccessAttempt, AccessLog, AccessFailureLog, EmailAddress, SocialAccount, SocialApp, SocialToken, Site):
    admin.site.unregister(model)


class LoginAdmin(ModelAdmin):
    """What was tried, to be read; deleting a try lets its address in again."""

    browser = short("user_agent", _("browser"))
    date_hierarchy = "attempt_time"
    list_per_page = 50
    show_full_result_count = False
    search_fields = ("username", "ip_address", "user_agent")
    search_help_text = _("E-mail address, IP address or browser")

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False


@admin.register(AccessAttempt)
class AccessAttemptAdmin(LoginAdmin):
    list_display = ("attempt_time", "username", "ip_address", "failures_since_start", "browser")
    list_filter = ("attempt_time",)
    fields = ("attempt_time", "username", "ip_address", "failures_since_start", "user_agent", "path_info")


@admin.register(AccessFailureLog)
class AccessFailureLogAdmin(LoginAdmin):
    list_display = ("attempt_time", "username", "ip_address", "locked_out", "browser")
    list_filter = ("locked_out", "attempt_time")
    fields = ("attempt_time", "username", "ip_address", "locked_out", "user_agent", "path_info")


@admin.register(AccessLog)
class AccessLogAdmin(LoginAdmin):
    list_display = ("attempt_time", "logout_time", "username", "ip_address", "browser")
    list_filter = ("attempt_time",)
    fields = ("attempt_time", "logout_time", "username", "ip_address", "user_agent", "path_info")


@admin.register(EmailAddress)
class EmailAddressAdmin(LibraryEmailAddressAdmin, ModelAdmin):
    raw_id_fields = ()
    autocomplete_fields = ("user",)
    list_select_related = ("user",)
    show_full_result_count = False
    search_help_text = _("E-mail address")


@admin.register(SocialAccount)
class SocialAccountAdmin(ModelAdmin):
    member = short("user", _("member"))
    list_display = ("member", "provider", "uid", "last_login", "date_joined")
    list_filter = ("provider",)
    list_select_related = ("user",)
    search_fields = ("uid", "user__email", "user__nickname")
    search_help_text = _("E-mail address, nickname or the other site's number")
    fields = ("member", "provider", "uid", "last_login", "date_joined")
    show_full_result_count = False

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False


class AppForm(SocialAppForm):
    """The other site's application, with the theme's fields; its secret is covered until it is asked for."""

    class Meta(SocialAppForm.Meta):
        widgets = {
            "client_id": UnfoldAdminTextInputWidget,
            "key": UnfoldAdminTextInputWidget,
            "secret": UnfoldAdminPasswordToggleWidget(render_value=True),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["provider"]
        field.label, field.widget = _("provider"), UnfoldAdminSelectWidget(choices=field.choices)
        self.fields["sites"].label = _("sites")


@admin.register(SocialApp)
class SocialAppAdmin(ModelAdmin):
    form = AppForm
    fields = ("provider", "name", "client_id", "secret", "key", "sites")
    list_display = ("name", "provider")
    search_fields = ("name",)
    filter_horizontal = ("sites",)


@admin.register(SocialToken)
class SocialTokenAdmin(ModelAdmin):
    """Which accounts have one, and until when; the tokens themselves are not shown."""

    member = short("account__user", _("member"))
    application = short("app", _("social application"))
    list_display = ("member", "application", "expires_at")
    list_filter = ("expires_at",)
    list_select_related = ("account__user", "app")
    fields = list_display

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False


@admin.register(Site)
class SiteAdmin(ModelAdmin):
    list_display = ("domain", "name")
    search_fields = ("domain", "name")
