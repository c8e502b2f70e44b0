"""The WSGI entry point: `granian --interface wsgi config.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()

from recommendations import warmup  # noqa: E402  needs the apps
from recommendations.watch import pulse  # noqa: E402

warmup.start()
pulse.start()
