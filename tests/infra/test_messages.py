"""Korean translations: merged, compiled without gettext, complete."""

import gettext
import io
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.utils.translation.template import templatize

from scripts import messages

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGES = ("accounts", "activities", "common", "config", "meals", "ml", "pages", "problems", "recommendations")
KEYWORDS = ("gettext_lazy", "gettext_noop", "ngettext_lazy:1,2", "pgettext_lazy:1c,2", "_")


def test_what_is_written_is_read_again():
    texts = {"One": "하나", 'Quote " and\nline': '따옴표 「"」\n줄', "%(n)d day|||%(n)d days": "%(n)d일"}
    assert {key: text for key, text in messages.parse(messages.render(texts)).items() if key} == texts


def test_compiled_texts_are_found_by_gettext():
    texts = {"One": "하나", "%(n)d day|||%(n)d days": "%(n)d일"}
    catalogue = gettext.GNUTranslations(io.BytesIO(messages.compiled(texts)))
    assert [catalogue.gettext("One"), catalogue.ngettext("%(n)d day", "%(n)d days", 3)] == ["하나", "%(n)d일"]


def test_the_parts_are_merged():
    known = messages.parse(messages.PO.read_text(encoding="utf-8"))
    parts = sorted((ROOT / "locale" / "parts").glob("*.json"))
    missing = {
        part.name: [key for key in json.loads(part.read_text(encoding="utf-8")) if key not in known] for part in parts
    }
    assert {name: keys for name, keys in missing.items() if keys} == {}, "run: make messages"


@pytest.mark.parametrize(
    "pair", sorted(messages.parse(messages.PO.read_text(encoding="utf-8")).items()) if messages.PO.exists() else []
)
def test_placeholders_survive_translation(pair):
    def names(text):
        return set(re.findall(r"%\(\w+\)[sd]|%[sd]", text))

    key, text = pair
    assert key == "" or names(text) <= names(key)


def templates(folders):
    return [
        path
        for folder in [ROOT, *folders]
        for path in (folder / "templates").rglob("*.*")
        if path.suffix in {".html", ".txt"}
    ]


@pytest.mark.skipif(not shutil.which("xgettext"), reason="gettext is not installed: apt-get install gettext")
def test_every_text_in_the_code_has_a_korean_one(tmp_path):
    folders = [ROOT / name for name in PACKAGES]
    for path in [*(file for folder in folders for file in folder.rglob("*.py")), *templates(folders)]:
        target = tmp_path / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        text = path.read_text(encoding="utf-8")
        target.write_text(text if path.suffix == ".py" else templatize(text), encoding="utf-8")
    files = "\n".join(str(path) for path in tmp_path.rglob("*.*") if path.is_file())
    command = ["xgettext", "-L", "Python", "--from-code=UTF-8", *(f"--keyword={word}" for word in KEYWORDS)]
    subprocess.run(
        [*command, "-f", "-", "-o", str(tmp_path / "all.po")], input=files, text=True, check=True, capture_output=True
    )
    wanted = re.sub(
        r'^msgstr(\[0\])? ""$', r'msgstr\1 "x"', (tmp_path / "all.po").read_text(encoding="utf-8"), flags=re.MULTILINE
    )
    known = messages.parse(messages.PO.read_text(encoding="utf-8"))
    assert sorted(key for key in messages.parse(wanted) if key not in known) == []
