"""Sessions in the database that know whose they are, so that a member's sessions can be found and ended."""

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseSession


class SessionStore(DatabaseSession):
    """`SESSION_ENGINE = "accounts.sessions"`."""

    @classmethod
    def get_model_class(cls):
        from accounts.models import MemberSession

        return MemberSession

    def create_model_instance(self, data):
        row = super().create_model_instance(data)
        row.user_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        return row

    async def acreate_model_instance(self, data):
        row = await super().acreate_model_instance(data)
        row.user_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        return row
