"""The addresses beside those of problems, on pages and in the API: no problem has one of them as its slug."""

RESERVED = frozenset({"list", "progress", "roadmap", "submissions", "tags", "trials"})
