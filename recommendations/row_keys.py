"""Whose the rows of an evaluation are: hashes of members, and how the rows go when a member does."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django_q.tasks import async_task

from ml.evaluation.outcomes import hash_of


def secret() -> bytes:
    """What keys are hashed under, so that nobody without it finds out whose row is whose."""
    return hash_of("moa evaluation rows", settings.SECRET_KEY).to_bytes(8, "little")


def member_hash(domain: str, user_id: int) -> int:
    """What rows say of whose they are."""
    return hash_of(domain, user_id, secret=secret())


def drop_rows(domain: str, user_id: int) -> None:
    """Have a member's rows removed from the evaluations of models, by the task queue: there are megabytes to read."""
    member = str(member_hash(domain, user_id))  # more than JSON's or a database's integers hold
    transaction.on_commit(lambda: async_task("recommendations.tasks.drop_outcomes", domain, member, save=False))
