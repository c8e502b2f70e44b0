"""Translations: `make messages` merges locale/parts/*.json into django.po; every set-up compiles it, without gettext."""

from __future__ import annotations

import ast
import json
import struct
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PO = ROOT / "locale" / "ko" / "LC_MESSAGES" / "django.po"
MO = PO.with_suffix(".mo")
HEADER = (
    "Project-Id-Version: moa\nLanguage: ko\nMIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\n"
    "Content-Transfer-Encoding: 8bit\nPlural-Forms: nplurals=1; plural=0;\n"
)
#: In a part, "singular|||plural" is the key of a text with two English forms; Korean has one.
PLURAL = "|||"


def _quote(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def parse(source: str) -> dict[str, str]:
    """Read a .po file into {msgid: msgstr}; a plural's key is `singular|||plural`. Fuzzy and empty entries are left out."""
    found: dict[str, str] = {}
    entry: dict[str, str] = {}
    field, fuzzy = "", False
    for line in [*source.splitlines(), ""]:
        line = line.strip()
        if line.startswith("#,") and "fuzzy" in line:
            fuzzy = True
        elif line.startswith('"') and field:
            entry[field] += ast.literal_eval(line)
        elif line.startswith("msg"):
            field, _, text = line.partition(" ")
            entry[field] = ast.literal_eval(text)
        elif not line:
            key = entry.get("msgid", "") + (PLURAL + entry["msgid_plural"] if "msgid_plural" in entry else "")
            text = entry.get("msgstr", entry.get("msgstr[0]", ""))
            if text and not fuzzy:
                found[key] = text
            entry, field, fuzzy = {}, "", False
    return found


def render(texts: dict[str, str]) -> str:
    """Write {msgid: msgstr} as a .po file, sorted, so that two merges differ only where the texts do."""
    blocks = ['msgid ""\nmsgstr ""\n' + "".join(f"{_quote(line)}\n" for line in HEADER.splitlines(keepends=True))]
    for key in sorted(text for text in texts if text):
        one, _, many = key.partition(PLURAL)
        if many:
            block = f"msgid {_quote(one)}\nmsgid_plural {_quote(many)}\nmsgstr[0] {_quote(texts[key])}\n"
        else:
            block = f"msgid {_quote(one)}\nmsgstr {_quote(texts[key])}\n"
        formatted = "%(" in key or "%s" in key or "%d" in key
        blocks.append(("#, python-format\n" if formatted else "") + block)
    return "\n".join(blocks)


def compiled(texts: dict[str, str]) -> bytes:
    """Return the .mo file (GNU's format, revision 0) of the texts."""
    pairs = sorted((key.replace(PLURAL, "\0").encode(), text.encode()) for key, text in {**texts, "": HEADER}.items())
    start = 7 * 4 + 16 * len(pairs)
    tables: list[list[int]] = [[], []]
    data = b""
    for side in (0, 1):
        for pair in pairs:
            tables[side] += [len(pair[side]), start + len(data)]
            data += pair[side] + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, start)
    return head + struct.pack(f"<{4 * len(pairs)}I", *tables[0], *tables[1]) + data


def compile_if_needed() -> None:
    """Write django.mo where it is missing or older than django.po."""
    if PO.exists() and (not MO.exists() or MO.stat().st_mtime < PO.stat().st_mtime):
        draft = MO.with_suffix(".tmp")
        draft.write_bytes(compiled(parse(PO.read_text(encoding="utf-8"))))
        draft.replace(MO)


def merge() -> int:
    """Merge the parts into django.po; two parts that translate one text differently are an error."""
    texts: dict[str, str] = parse(PO.read_text(encoding="utf-8")) if PO.exists() else {}
    texts.pop("", None)
    origin: dict[str, str] = {}
    clashes = []
    for part in sorted((ROOT / "locale" / "parts").glob("*.json")):
        for key, text in json.loads(part.read_text(encoding="utf-8")).items():
            if key in origin and texts[key] != text:
                clashes.append(f"{key!r}: {texts[key]!r} ({origin[key]}) or {text!r} ({part.name})")
                continue
            texts[key], origin[key] = text, part.name
    PO.parent.mkdir(parents=True, exist_ok=True)
    PO.write_text(render(texts), encoding="utf-8")
    compile_if_needed()
    print(f"{len(texts)} texts in {PO.relative_to(ROOT)}")
    print("".join(f"two translations, the first was kept: {clash}\n" for clash in clashes), end="", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(merge())
