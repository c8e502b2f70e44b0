"""The admin's pages for problems, their tests, the tag graph, and what members sent in."""

from problems.admin import people, problems, tags, tests  # noqa: F401  register
