"""Pieces of text in Markdown: escaped words, frames, code, accents, pictures, links."""

from __future__ import annotations

import re
import unicodedata

from problems.packages.latex_names import ACCENTS
from problems.packages.latex_tokens import Scanner

NAMED = {"textbackslash": "\\", "textasciitilde": "~", "textasciicircum": "^", "ldots": "...", "dots": "..."}
#: commands with the blank or the empty group after them, escaped characters, empty groups, ties
CODE = re.compile(r"\\([a-zA-Z]+)(?:\{\}|\s)?|\\([^a-zA-Z])|\{\}|~")


def plain(scanner: Scanner) -> str:
    """Text up to the next command, with LaTeX's dashes and quotes, and Markdown's characters escaped."""
    text = scanner.text()
    for old, new in (("---", "—"), ("--", "–"), ("``", "“"), ("''", "”"), ("~", " "), ("&", "&amp;"), ("<", "&lt;")):
        text = text.replace(old, new)
    text = re.sub(r"([*_\[\]])", r"\\\1", text).replace("`", "‘")
    return re.sub(r"(?m)^([ \t]*)(?:(#|>|\+ )|(\d+)(\. ))", lambda m: f"{m[1]}{m[3] or ''}\\{m[2] or m[4]}", text)


def frame(text: str, mark: str) -> str:
    """`**words**`, with blanks outside the marks, where Markdown wants them."""
    core = text.strip()
    if not core or not mark:
        return text
    if mark == "“”":
        return f"“{core}”"
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return before + "\n\n".join(f"{mark}{part.strip()}{mark}" for part in re.split(r"\n\s*\n", core)) + after


def code(text: str) -> str:
    """Code between backquotes, with the escapes of LaTeX taken out; a formula in it stays a formula."""
    parts = re.split(r"(?<!\\)(\$[^$]+\$)", text.replace("\n", " "))
    return "".join(part if n % 2 else _fenced(CODE.sub(_plain_code, part)) for n, part in enumerate(parts))


def _plain_code(match: re.Match[str]) -> str:
    """What one command, escape or empty group stands for in code."""
    if match[1]:
        return NAMED.get(match[1], "")
    return match[2] or (" " if match[0] == "~" else "")


def _fenced(text: str) -> str:
    if not text.strip():
        return text
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def accent(name: str, scanner: Scanner) -> str:
    scanner.space()
    base = scanner.argument().replace("\\i", "i").replace("\\j", "j")
    return unicodedata.normalize("NFC", base[:1] + ACCENTS[name] + base[1:]) if base else ""


def picture(name: str) -> str:
    return f"![]({re.sub(r'[^A-Za-z0-9_./-]', '', name.strip())})"


def link(address: str, text: str) -> str:
    address = address.strip()
    if not re.fullmatch(r"https?://[^\s()<>]+", address):
        return text
    return f"[{text}]({address})"
