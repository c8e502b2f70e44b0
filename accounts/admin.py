"""The admin's pages for members, categories, regions and notices."""

from typing import ClassVar

from allauth.account.models import EmailAddress
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import BaseUserCreationForm
from django.contrib.auth.models import Group
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin, TabularInline
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from accounts import services, staff_logins  # noqa: F401  registers
from accounts.models import Category, Notification, Region, User


class EmailAddressInline(TabularInline):
    model = EmailAddress
    extra = 0
    tab = True


class NamedPermissions:
    """Permissions in the reader's language, which Django stores in the developers'."""

    WORDS: ClassVar = {"add": _("add"), "change": _("change"), "delete": _("delete"), "view": _("view")}

    def formfield_for_manytomany(self, db_field, request=None, **kwargs):
        field = super().formfield_for_manytomany(db_field, request=request, **kwargs)
        if db_field.name in ("permissions", "user_permissions"):
            field.queryset = field.queryset.select_related("content_type")
            field.label_from_instance = self.permission_name
        return field

    def permission_name(self, permission):
        model = permission.content_type.model_class()
        verb, _line, name = permission.codename.partition("_")
        if model is None or name != model._meta.model_name or verb not in self.WORDS:
            return gettext(permission.name)
        return f"{model._meta.app_config.verbose_name} · {model._meta.verbose_name}: {self.WORDS[verb]}"


class MemberCreationForm(UserCreationForm):
    class Meta(BaseUserCreationForm.Meta):
        model = User
        fields = ("email", "nickname")
        field_classes = {}


class MemberChangeForm(UserChangeForm):
    class Meta(UserChangeForm.Meta):
        model = User
        field_classes = {}


@admin.register(User)
class UserAdmin(NamedPermissions, DjangoUserAdmin, ModelAdmin):
    form = MemberChangeForm
    add_form = MemberCreationForm
    change_password_form = AdminPasswordChangeForm
    inlines = (EmailAddressInline,)
    list_display = (
        "email",
        "nickname",
        "region",
        "is_active",
        "is_staff",
        "date_joined",
        "last_login",
    )
    list_filter = ("is_active", "is_staff", "is_placeholder", "region", "categories", "date_joined")
    list_select_related = ("region",)
    search_fields = ("email", "nickname", "external_id")
    search_help_text = _("E-mail address, nickname or external id")
    ordering = ("-date_joined",)
    date_hierarchy = "date_joined"
    list_per_page = 50
    autocomplete_fields = ("region", "categories")
    filter_horizontal = ("groups", "user_permissions")
    readonly_fields = ("last_login", "date_joined", "is_placeholder", "external_id")
    show_full_result_count = False
    actions = ("log_out_everywhere",)
    fieldsets = (
        (None, {"fields": ("email", "password")}),
        (_("Profile"), {"fields": ("nickname", "region", "categories", "keywords", "avatar", "language")}),
        (_("Permissions"), {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")}),
        (_("Origin"), {"fields": ("date_joined", "last_login", "is_placeholder", "external_id")}),
    )
    add_fieldsets = ((None, {"classes": ("wide",), "fields": ("email", "nickname", "password1", "password2")}),)

    def get_inlines(self, request, obj):
        return super().get_inlines(request, obj) if obj else ()

    @admin.action(description=_("Log out everywhere"), permissions=["change"])
    def log_out_everywhere(self, request, queryset):
        for user in queryset:
            services.log_out_everywhere(user)
        text = _("Members who are logged out: %(count)d.") % {"count": len(queryset)}
        self.message_user(request, text, messages.SUCCESS)

    # Deleting goes through the one way that also reaches what the other apps hold.
    def get_deleted_objects(self, objs, request):
        """Logs that nobody may delete by themselves go with their member; there may be thousands, so they are counted only."""
        _listed, counts, _forbidden, protected = super().get_deleted_objects(objs, request)
        return [str(user) for user in objs], counts, set(), protected

    def delete_model(self, request, obj):
        services.erase(obj)

    def delete_queryset(self, request, queryset):
        for user in queryset:
            services.erase(user)


class NamedAdmin(SimpleHistoryAdmin, ModelAdmin):
    list_display = ("name_ko", "name_en", "slug", "order")
    list_editable = ("order",)
    search_fields = ("name_ko", "name_en", "slug")
    ordering = ("order", "name_ko")


@admin.register(Category)
class CategoryAdmin(NamedAdmin):
    prepopulated_fields = {"slug": ("name_en",)}


@admin.register(Region)
class RegionAdmin(NamedAdmin):
    prepopulated_fields = {"slug": ("name_en",)}


@admin.register(Notification)
class NotificationAdmin(ModelAdmin):
    list_display = ("created_at", "user", "message", "read_at")
    list_filter = ("kind", "created_at", ("read_at", admin.EmptyFieldListFilter))
    list_select_related = ("user",)
    search_fields = ("user__email", "user__nickname", "text")
    autocomplete_fields = ("user",)
    date_hierarchy = "created_at"
    readonly_fields = ("created_at", "read_at")
    search_help_text = _("E-mail address, nickname or words of the text")
    show_full_result_count = False
    list_per_page = 50

    @admin.display(description=_("text"))
    def message(self, notice):
        return notice.message


admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(NamedPermissions, ModelAdmin):
    """Roles. Their permissions come back with `migrate`; for others, make another group."""

    search_fields = ("name",)
    filter_horizontal = ("permissions",)
