"""Feeds and events over HTTP."""

from __future__ import annotations

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, PolymorphicProxySerializer, extend_schema
from rest_framework import status
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.visitors import visitor_key
from recommendations import cards, selectors, services
from recommendations.api import queries, serializers
from recommendations.domains import CLIENT_VERBS, domains

MAX_EVENTS = 500
PAGE = [
    OpenApiParameter("n", OpenApiTypes.INT, description="1–100, default 8"),
    OpenApiParameter("offset", OpenApiTypes.INT, description="default 0"),
]


def member(request):
    return request.user if request.user.is_authenticated else None


class DomainListView(APIView):
    permission_classes = [AllowAny]

    @extend_schema(responses=serializers.DomainInfo(many=True), operation_id="recommendations_list")
    def get(self, request):
        """Domains and feeds that are open to the caller."""
        found = [
            {
                "name": domain.name,
                "verbose_name": domain.verbose_name or domain.name,
                "verbs": sorted(CLIENT_VERBS & set(domain.verbs)),
                "feeds": [
                    {
                        "name": f.name,
                        "verbose_name": f.verbose_name or f.name,
                        "needs_item": f.needs_item,
                        "options": list(f.options),
                    }
                    for f in domain.feeds
                ],
            }
            for domain in domains
        ]
        return Response(serializers.DomainInfo(found, many=True).data)


def rendered(request, domain, result: selectors.FeedResult) -> dict:
    """A feed as JSON, with the domain's own cards."""
    shown = cards.render(domain, [ranked.found for ranked in result.items], request)
    return {
        "recommendation_id": result.recommendation_id,
        "domain": result.domain,
        "feed": result.feed,
        "model": result.model,
        "items": [
            {"id": ranked.id, "score": ranked.score, "reasons": ranked.reasons, "item": card}
            for ranked, card in zip(result.items, shown, strict=True)
        ],
    }


class FeedView(APIView):
    permission_classes = [AllowAny]

    @extend_schema(
        parameters=[
            OpenApiParameter("feed", str, description="A feed of the domain; default: its first."),
            OpenApiParameter("item", str, description="For feeds that need an item."),
            *PAGE,
        ],
        responses=serializers.FeedOut,
        operation_id="recommendations_feed",
    )
    def get(self, request, domain):
        """A feed: visitors get the pretrained base, members their own model."""
        kind = queries.domain_or_404(domain)
        how = queries.feed_or_400(kind, request.query_params.get("feed"))
        n, offset = queries.page(request.query_params)
        item = request.query_params.get("item")
        if how.needs_item and not item:
            raise ValidationError({"item": [_("This feed needs an item.")]})
        options = queries.options(how, request.query_params)
        result = selectors.feed(
            kind.name, how.name, user=member(request), n=n, offset=offset, item=item, options=options
        )
        return Response(rendered(request, kind, result))


class SimilarView(APIView):
    permission_classes = [AllowAny]

    @extend_schema(parameters=PAGE, responses=serializers.FeedOut, operation_id="recommendations_similar")
    def get(self, request, domain, item):
        """Items like one item."""
        kind = queries.domain_or_404(domain)
        how = queries.feed_or_400(kind, "similar")
        n, offset = queries.page(request.query_params)
        try:
            known = kind.get_visible(user=member(request)).filter(pk=item).exists()
        except (ValueError, TypeError, OverflowError):
            known = False
        if not known:
            raise NotFound(_("There is no such item in “%(domain)s” that you may see.") % {"domain": kind.name})
        result = selectors.feed(kind.name, how.name, user=member(request), n=n, offset=offset, item=item)
        return Response(rendered(request, kind, result))


class ExplanationView(APIView):
    permission_classes = [IsAuthenticated]

    @extend_schema(responses=serializers.ExplanationOut, operation_id="recommendations_explain")
    def get(self, request, domain, item):
        """Why this item: the words and past events that moved it, own model against base, in numbers that add up."""
        kind = queries.domain_or_404(domain)
        try:
            found = selectors.explain(request.user, kind.name, item)
        except LookupError:
            raise NotFound(
                _("There is no such item in “%(domain)s” that you may see.") % {"domain": kind.name}
            ) from None
        return Response(serializers.ExplanationOut(found).data)


class EventsView(APIView):
    permission_classes = [AllowAny]

    @extend_schema(
        request=PolymorphicProxySerializer(
            component_name="EventOrEvents",
            serializers=[serializers.EventIn, serializers.EventIn(many=True)],
            resource_type_field_name=None,
            many=False,
        ),
        responses={200: serializers.EventsOut, 201: serializers.EventsOut},
        operation_id="events_create",
    )
    def post(self, request):
        """Record one event or a list of up to 500; a list succeeds in part, each event with its own status."""
        many = isinstance(request.data, list)
        if many and not 0 < len(request.data) <= MAX_EVENTS:
            raise ValidationError({"events": [_("Send 1 to %(most)s events at once.") % {"most": MAX_EVENTS}]})
        user = member(request)
        visitor = None if user else visitor_key(request, create=True)
        outcomes = [_record(entry, user, visitor) for entry in (request.data if many else [request.data])]
        if not many and outcomes[0]["status"] == "error":
            raise _as_error(outcomes[0])
        body = {
            "recorded": sum(o["status"] == "recorded" for o in outcomes),
            "duplicates": sum(o["status"] == "duplicate" for o in outcomes),
            "errors": sum(o["status"] == "error" for o in outcomes),
            "events": [{k: v for k, v in o.items() if k != "code"} for o in outcomes],
        }
        return Response(body, status=status.HTTP_201_CREATED if body["recorded"] else status.HTTP_200_OK)


def _record(entry, user, visitor) -> dict:
    """The status of one posted event."""
    client_id = entry.get("id") if isinstance(entry, dict) else None
    outcome = {
        "id": None,
        "client_id": client_id if isinstance(client_id, str) else None,
        "status": "error",
        "code": "invalid",
    }
    shape = serializers.EventIn(data=entry)
    if not shape.is_valid():
        errors = (
            {field: [str(m) for m in messages] for field, messages in shape.errors.items()}
            if isinstance(shape.errors, dict)
            else {}
        )
        return {**outcome, "errors": errors or {"event": [_("An event is an object.")]}}
    data = dict(shape.validated_data)
    data["client_id"] = data.pop("id", None)
    try:
        event, created = services.record_event(user=user, visitor=visitor, **data)
    except services.EventError as error:
        return {**outcome, "errors": {error.field: [str(error)]}, "code": error.code}
    return {"id": event.pk, "client_id": data["client_id"], "status": "recorded" if created else "duplicate"}


def _as_error(outcome: dict):
    first = next(iter(outcome["errors"].values()))[0]
    if outcome["code"] == "not_found":
        return NotFound(first)
    return ValidationError(outcome["errors"])


class EventView(APIView):
    permission_classes = [IsAuthenticated]

    @extend_schema(responses={204: None}, operation_id="events_destroy")
    def delete(self, request, event_id: int):
        """Forget one event, exactly: the model is as if it had never been. Again: 204 as well."""
        known = event_id < 2**63 and selectors.events_of(request.user).filter(pk=event_id).exists()
        if not known:
            raise NotFound(_("You have no such event."))
        services.forget_event(request.user, event_id)
        return Response(status=status.HTTP_204_NO_CONTENT)
