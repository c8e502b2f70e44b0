"""What happens at every login, through whichever door: pages, API, social account or admin."""

import time

from django.contrib.auth.signals import user_logged_in
from django.db import connections
from django.db.models.signals import post_migrate

from accounts import reference, visitors
from accounts.models import Category, Region

LOGIN_AT = "moa_login_at"


def connect(config):
    """Connect the receivers; called once from AppConfig.ready."""
    user_logged_in.connect(on_login, dispatch_uid="accounts.on_login")
    post_migrate.connect(on_migrate, sender=config, dispatch_uid="accounts.on_migrate")


def on_login(sender, request, user, **kwargs):
    if request is None:
        return
    request.session[LOGIN_AT] = int(time.time())
    visitors.adopt(request, user)


def on_migrate(sender, using, **kwargs):
    """Fill tables that `flush` emptied, as every transactional test does; the data migration runs only once."""
    tables = connections[using].introspection.table_names()
    for model, rows in ((Category, reference.CATEGORIES), (Region, reference.REGIONS)):
        if model._meta.db_table in tables and not model.objects.using(using).exists():
            reference.ensure(model, rows, using)
