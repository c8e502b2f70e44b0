"""Files made on the spot, and the two commands as functions."""

import io

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

SHARED = settings.BASE_DIR.parent / "shared" / "data"


@pytest.fixture
def make_file(tmp_path):
    """Return a function that writes a file: `make_file("items.csv", "id,title\\n1,Run\\n")`."""

    def make(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return make


class Outcome:
    """What a command said, and whether it failed."""

    def __init__(self, command, args):
        out, err = io.StringIO(), io.StringIO()
        self.error = ""
        try:
            call_command(command, *map(str, args), stdout=out, stderr=err, no_color=True)
        except CommandError as error:
            self.error = str(error)
        self.out, self.err = out.getvalue(), err.getvalue()

    @property
    def summary(self):
        """The report without its time."""
        return self.out.strip().rpartition(" (")[0]

    @property
    def bad(self):
        """The lines of the report on bad rows."""
        return [line for line in self.err.splitlines() if line.startswith("line ")]


@pytest.fixture
def import_items(db):
    return lambda *args: Outcome("import_items", ["activities", *args])


@pytest.fixture
def import_events(db):
    return lambda *args: Outcome("import_events", ["activities", *args])
