"""The least that an authenticated answer of the API can cost: the same JSON, kept in memory."""

from rest_framework.permissions import AllowAny
from rest_framework.response import Response

from recommendations.api.views import FeedView


class FromMemoryView(FeedView):
    """Asks the real view once for each member and page, then gives what it kept, through the same settings and middleware."""

    permission_classes = [AllowAny]
    kept: dict = {}

    def get(self, request, domain):
        who = request.user.pk if request.user.is_authenticated else None  # authenticates, as the real view does
        key = (who, domain, request.META["QUERY_STRING"])
        if key not in self.kept:
            self.kept[key] = super().get(request, domain).data
        return Response(self.kept[key])
