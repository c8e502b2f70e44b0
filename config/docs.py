"""The page that shows the API's schema."""

from drf_spectacular.views import SpectacularSwaggerSplitView


class DocsView(SpectacularSwaggerSplitView):
    """A page to look at: REST framework's answer to OPTIONS has no template, which would be a 500."""

    http_method_names = ["get", "head"]
