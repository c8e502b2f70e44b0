"""One world and one sandbox of each kind for all tests of a process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from problems.judge.sandbox import KINDS, Sandbox
from problems.judge.selftest import self_test
from tests.problems.judge.world import World


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    with World() as found:
        yield found


@pytest.fixture(scope="session", params=KINDS)
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """Each kind of sandbox; both must work where these tests run (`make test` installs bubblewrap where it may)."""
    with Sandbox(request.param) as found:
        reason = self_test(found)
        assert not reason, reason
        yield found
