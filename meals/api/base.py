"""What the views of meals share."""

from rest_framework import viewsets
from rest_framework.permissions import SAFE_METHODS, BasePermission

from common.pagination import OrderedPagination
from recommendations.api.base import Refusals


class StaffWrites(BasePermission):
    """Everybody reads; only staff who may change the model in the admin write."""

    def has_permission(self, request, view):
        if request.method in SAFE_METHODS or view.action in getattr(view, "member_actions", ()):
            return True
        model = view.queryset.model._meta
        return bool(
            request.user and request.user.is_staff and request.user.has_perm(f"meals.change_{model.model_name}")
        )


class MealViewSet(Refusals, viewsets.GenericViewSet):
    """Rows by number, pages in the view's order."""

    pagination_class = OrderedPagination
    permission_classes = [StaffWrites]
    lookup_value_regex = "[0-9]+"
    orderings = {"latest": ("-created_at", "-id")}
    read_serializer = None

    def _page(self, rows):
        page = self.paginate_queryset(self.filter_queryset(rows))
        return self.get_paginated_response(self._shown(page, many=True))

    def _shown(self, row, **options):
        return self.get_serializer_class()(row, context={"request": self.request}, **options).data

    def _valid(self, serializer, **options):
        data = serializer(data=self.request.data, context={"request": self.request}, **options)
        data.is_valid(raise_exception=True)
        return data.validated_data
