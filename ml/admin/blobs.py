"""Stored and quarantined models: sizes and digests; their content is never unpickled here."""

from hashlib import sha256

from django.contrib import admin
from django.db.models import F, Func, IntegerField
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from ml.admin.readonly import ReadOnlyAdmin
from ml.models import QuarantinedBlob, StoredBlob


class BlobAdmin(ReadOnlyAdmin):
    """Lists without reading the blobs themselves."""

    list_filter = ("alias",)
    search_fields = ("key",)

    def get_queryset(self, request):
        size = Func(F("data"), function="LENGTH", output_field=IntegerField())
        return super().get_queryset(request).defer("data").annotate(bytes=size)

    @admin.display(description=_("size"), ordering="bytes")
    def size(self, obj):
        return filesizeformat(obj.bytes)

    @admin.display(description=_("SHA-256 of the stored bytes"))
    def digest(self, obj):
        return sha256(bytes(obj.data)).hexdigest()


@admin.register(StoredBlob)
class StoredBlobAdmin(BlobAdmin):
    list_display = ("key", "alias", "size", "updated_at")
    fields = ("alias", "key", "size", "digest", "updated_at")
    readonly_fields = fields


@admin.register(QuarantinedBlob)
class QuarantinedBlobAdmin(BlobAdmin):
    list_display = ("key", "alias", "reason", "size", "created_at")
    fields = ("alias", "key", "reason", "size", "digest", "created_at")
    readonly_fields = fields
    date_hierarchy = "created_at"
