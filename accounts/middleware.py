"""Hands new visitors of the API their token."""

from accounts import visitors


class VisitorTokenMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        key = getattr(request, "moa_new_visitor", None)
        if key and response.status_code < 400:
            response[visitors.HEADER] = visitors.token(key)
        return response
