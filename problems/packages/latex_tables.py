"""Tables and lists: splitting at marks that are not inside braces, formulas or other environments."""

from __future__ import annotations

import re
from collections.abc import Callable

from problems.packages.latex_tokens import Scanner

RULES = re.compile(r"\\(hline|toprule|midrule|bottomrule|(cline|cmidrule)(\([^)]*\))?\s*\{[^{}]*\})")
BEGIN_END = re.compile(r"\\(begin|end)\s*\{[^{}]*\}")


def split_top(text: str, mark: str) -> list[str]:
    r"""Split at a mark (`\item`, `&`, `\\`) outside of braces, formulas and environments."""
    parts, start, at, braces, depth, formula = [], 0, 0, 0, 0, False
    while at < len(text):
        match = BEGIN_END.match(text, at)
        if match:
            depth += 1 if match[1] == "begin" else -1
            at = match.end()
            continue
        top = braces == 0 and depth == 0 and not formula
        if (
            top
            and text.startswith(mark, at)
            and not (mark[-1].isalpha() and text[at + len(mark) : at + len(mark) + 1].isalpha())
        ):
            parts.append(text[start:at])
            at += len(mark)
            start = at
            continue
        char = text[at]
        if char == "\\":
            at += 2
            continue
        braces += (char == "{") - (char == "}")
        formula ^= char == "$"
        at += 1
    parts.append(text[start:])
    return parts


def table(name: str, body: str, inline: Callable[[str], str]) -> str:
    """A Markdown table; its first row is the head, as Markdown has no table without one."""
    scanner = Scanner(body)
    scanner.option()
    for _argument in range(2 if name in ("tabular*", "tabularx", "tabulary") else 1):
        scanner.argument()
    rows = []
    for line in split_top(RULES.sub("", scanner.source[scanner.at :]), "\\\\"):
        cells = [cell_text(cell, inline) for cell in split_top(re.sub(r"^\s*\[[^\]]*\]", "", line), "&")]
        if any(cells):
            rows.append(cells)
    if not rows:
        return ""
    width = max(len(row) for row in rows)
    rows = [row + [""] * (width - len(row)) for row in rows]
    lines = [rows[0], ["---"] * width, *rows[1:]]
    return "\n\n" + "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n\n"


def cell_text(cell: str, inline: Callable[[str], str]) -> str:
    r"""A cell without `\multicolumn` around it; bars, of formulas too, must not end the cell."""
    cell = re.sub(r"\\multi(?:column|row)\s*\{[^{}]*\}\s*\{[^{}]*\}", "", cell)
    text = inline(cell)
    text = re.sub(r"\$[^$]*\$", lambda match: match[0].replace("\\|", "\\Vert ").replace("|", "\\vert "), text)
    return text.replace("|", "\\|")
