"""Errors for names of domains, feeds and verbs that are not there; `recommendations.domains` hands them on."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext


class Unknown(LookupError):
    """A name that is not there, with the ones that are."""

    kind = "name"

    def __init__(self, name: str, known: Sequence[str]):
        super().__init__(f"There is no {self.kind} {name!r}; there are: {', '.join(sorted(known)) or 'none'}.")
        self.name, self.known = name, known

    @property
    def sentence(self) -> str:
        """The message in the caller's language, for the API; commands speak English."""
        known = ", ".join(sorted(self.known))
        return gettext("“%(name)s” is unknown; there are: %(known)s.") % {"name": self.name[:40], "known": known}


class UnknownDomain(Unknown):
    kind = "domain"


class UnknownFeed(Unknown):
    kind = "feed"

    def __init__(self, domain: str, name: str, known: Sequence[str]):
        super().__init__(name, known)
        self.domain = domain


class UnknownVerb(Unknown):
    kind = "verb"
