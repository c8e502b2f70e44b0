"""Categories and regions: short lists, whole and without pages."""

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics
from rest_framework.permissions import AllowAny

from accounts import selectors
from accounts.api import serializers


@extend_schema_view(get=extend_schema(operation_id="categories", tags=["reference"]))
class CategoryListView(generics.ListAPIView):
    """The categories of clubs and activities."""

    permission_classes = (AllowAny,)
    serializer_class = serializers.CategorySerializer
    pagination_class = None
    filter_backends = ()
    queryset = selectors.categories()


@extend_schema_view(get=extend_schema(operation_id="regions", tags=["reference"]))
class RegionListView(generics.ListAPIView):
    """The provinces and metropolitan cities."""

    permission_classes = (AllowAny,)
    serializer_class = serializers.RegionSerializer
    pagination_class = None
    filter_backends = ()
    queryset = selectors.regions()
