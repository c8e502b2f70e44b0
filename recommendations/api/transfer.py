"""A member's model as a file: download and import."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from common.times import UtcDateTimeField
from recommendations import portable, transfer
from recommendations.api import queries

REPORTED = 100


class FileEvent(serializers.Serializer):
    id = serializers.IntegerField(required=False, help_text="The site's number of the event.")
    key = serializers.CharField(help_text="64 hexadecimal digits: the same key is imported once.")
    item = serializers.CharField(max_length=64)
    revision = serializers.CharField(help_text="sha256 of the item's content as it was learned.")
    title = serializers.CharField(required=False)
    verb = serializers.CharField(max_length=32)
    weight = serializers.FloatField()
    value = serializers.FloatField(allow_null=True, required=False)
    occurred_at = UtcDateTimeField()


class FileLearned(serializers.Serializer):
    item = serializers.CharField()
    revision = serializers.CharField()
    label = serializers.CharField(required=False)  # type: ignore[assignment]
    text = serializers.CharField(required=False)
    liked = serializers.FloatField()
    disliked = serializers.FloatField()


class ModelFile(serializers.Serializer):
    """Only documents the format: `recommendations.portable` checks it."""

    format = serializers.ChoiceField(choices=[portable.FORMAT])
    version = serializers.IntegerField(min_value=portable.VERSION, max_value=portable.VERSION)
    domain = serializers.CharField()
    exported_at = UtcDateTimeField(required=False)
    bases = serializers.DictField(child=serializers.CharField(), required=False)
    paused = serializers.BooleanField(required=False)
    digest = serializers.CharField(required=False)
    events = FileEvent(many=True)
    learned = FileLearned(many=True, required=False)


class UnknownEntry(serializers.Serializer):
    item = serializers.CharField()
    verb = serializers.CharField()
    reason = serializers.ChoiceField(choices=["item", "verb"])


class ImportOut(serializers.Serializer):
    recorded = serializers.IntegerField()
    duplicates = serializers.IntegerField(help_text="Recorded before, or forgotten.")
    unknown = serializers.IntegerField()
    unknown_events = UnknownEntry(many=True, help_text=f"The first {REPORTED}.")
    digest = serializers.CharField()
    equal = serializers.BooleanField(
        allow_null=True, help_text="Whether the model is now the file's, digest by digest."
    )


class RawJSONParser(BaseParser):
    """The body as bytes, and no more of it than a file may have: `portable.parse` reads it more strictly."""

    media_type = "application/json"

    def parse(self, stream, media_type=None, parser_context=None):
        return stream.read(portable.MAX_BYTES + 1)


class DownloadView(APIView):
    permission_classes = [IsAuthenticated]
    throttle_scope = "export"

    @extend_schema(responses=ModelFile, operation_id="me_models_download")
    def get(self, request, domain):
        """The model as a JSON file in an open format; `import` takes it back."""
        kind = queries.domain_or_404(domain)
        name = f"moa-{kind.name}-{timezone.localdate():%Y%m%d}.json"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
        return Response(transfer.download(request.user, kind), headers=headers)


class ImportView(APIView):
    permission_classes = [IsAuthenticated]
    parser_classes = [RawJSONParser, MultiPartParser]
    throttle_scope = "import"

    @extend_schema(
        request={
            "application/json": ModelFile,
            "multipart/form-data": {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}},
        },
        responses=ImportOut,
        operation_id="me_models_import",
    )
    def post(self, request, domain):
        """Restore a downloaded model: all of it or, where anything is wrong, nothing. Again: nothing new."""
        kind = queries.domain_or_404(domain)
        try:
            entries, digest = portable.parse(self._content(request), kind)
            outcome = transfer.restore(request.user, kind, entries, digest)
        except portable.TransferError as error:
            raise ValidationError({error.field: [str(error)]}) from None
        found = {
            "recorded": outcome.recorded,
            "duplicates": outcome.duplicates,
            "unknown": len(outcome.unknown),
            "unknown_events": outcome.unknown[:REPORTED],
            "digest": outcome.digest,
            "equal": outcome.equal,
        }
        return Response(ImportOut(found).data)

    def _content(self, request) -> bytes:
        if isinstance(request.data, bytes):
            return request.data
        file = request.data.get("file")
        if not hasattr(file, "read"):
            message = _("Send the downloaded file as JSON, or as the field “file” of a form.")
            raise portable.TransferError("file", message)
        return file.read(portable.MAX_BYTES + 1)
