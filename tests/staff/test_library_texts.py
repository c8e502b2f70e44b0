"""Texts of the admin's libraries: all of them have a Korean one, and the part that holds ours has none that nobody asks for."""

import importlib.util
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.utils import translation
from django.utils.translation.template import templatize

from scripts import messages
from tests.infra.test_messages import KEYWORDS, ROOT

PART = ROOT / "locale" / "parts" / "admin_thirdparty.json"
#: Package → the files whose texts staff see; the rest is for its command line and its log.
LIBRARIES = {
    "unfold": ("**/*.py", "**/*.html"),
    "django_q": ("admin.py", "models.py"),
    "axes": ("*.py",),
    "import_export": ("**/*.py", "templates/**/*.html"),
    "simple_history": ("*.py", "templates/**/*.html"),
    "allauth": ("account/models.py", "account/admin.py", "socialaccount/models.py"),
}
#: A text of placeholders alone, and one that is put together before it is looked up.
FREE = {"%(class_name)s %(instance)s", "Cleaned up {count} expired access attempts."}

pytestmark = pytest.mark.skipif(
    not shutil.which("xgettext"), reason="gettext is not installed: apt-get install gettext"
)


def home(package):
    return Path(importlib.util.find_spec(package).origin).parent


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """{library: texts that its code and templates look up}."""
    found = {}
    for library, patterns in LIBRARIES.items():
        folder = tmp_path_factory.mktemp(library)
        for number, path in enumerate(path for pattern in patterns for path in home(library).glob(pattern)):
            text = path.read_text(encoding="utf-8")
            target = folder / f"{number}{path.suffix}"
            target.write_text(text if path.suffix == ".py" else templatize(text), encoding="utf-8")
        files = "\n".join(str(path) for path in folder.iterdir())
        command = ["xgettext", "-L", "Python", "--from-code=UTF-8", *(f"--keyword={word}" for word in KEYWORDS)]
        command += ["-f", "-", "-o", str(folder / "all.po")]
        subprocess.run(command, input=files, text=True, check=True, capture_output=True)
        source = (folder / "all.po").read_text(encoding="utf-8")
        texts = messages.parse(re.sub(r'^msgstr(\[0\])? ""$', r'msgstr\1 "x"', source, flags=re.MULTILINE))
        found[library] = {key for key in texts if key}
    return found


@pytest.mark.parametrize("library", LIBRARIES)
def test_every_text_that_staff_see_has_a_korean_one(library, asked):
    with translation.override("ko"):
        missing = [key for key in asked[library] - FREE if _korean(key) in key.split(messages.PLURAL)]
    assert sorted(missing) == [], f"add them to {PART.name}"


def test_the_part_of_the_libraries_holds_only_their_texts(asked):
    django = home("django")
    known = set().union(*asked.values()) | {
        key
        for app in ("admin", "auth", "sites")
        for key in messages.parse(
            (django / "contrib" / app / "locale" / "ko" / "LC_MESSAGES" / "django.po").read_text(encoding="utf-8")
        )
    }
    assert sorted(set(json.loads(PART.read_text(encoding="utf-8"))) - known) == []


def _korean(key):
    one, _separator, many = key.partition(messages.PLURAL)
    return translation.ngettext(one, many, 3) if many else translation.gettext(one)
