"""Base of admins whose rows are written by the code only."""

from unfold.admin import ModelAdmin


class ReadOnlyAdmin(ModelAdmin):
    """Everything visible, nothing changeable."""

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
