"""Views translate HTTP; what they show comes from selectors, what they change goes through services."""

from pages.views.feedback import feedback, why
from pages.views.home import feed_fragment, home, shelf_fragment
from pages.views.my_ai import forget, import_model, my_ai, my_ai_domain, pause, reset, resume, undo
from pages.views.plain import about, search

__all__ = [
    "about",
    "feed_fragment",
    "feedback",
    "forget",
    "home",
    "import_model",
    "my_ai",
    "my_ai_domain",
    "pause",
    "reset",
    "resume",
    "search",
    "shelf_fragment",
    "undo",
    "why",
]
