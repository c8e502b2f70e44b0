r"""LaTeX statements to Markdown with KaTeX: what problem statements use of LaTeX, not all that there is.

Formulas stay as they are, for KaTeX reads LaTeX; text around them becomes Markdown. What is not known loses its backslash
and keeps its words, so that nothing that a reader needs is lost.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable

from problems.packages import latex_math, latex_tables
from problems.packages.latex_names import (
    ACCENTS,
    CODE,
    ESCAPED,
    FRAME_ARGUMENTS,
    FRAMES,
    LISTS,
    SECTIONS,
    SILENT,
    SYMBOLS,
    TABLES,
    VERBATIM,
)
from problems.packages.latex_text import accent, code, frame, link, picture, plain
from problems.packages.latex_tokens import Scanner, strip_comments

MACROS = 200
EXPANSIONS = 2000
#: characters of a macro's body and arguments
EXPANDED = 5000
#: braces, environments and macros in each other
DEPTH = 40
COMMAND = re.compile(r"\\([A-Za-z]+)")


def convert(source: str) -> tuple[str, str, list[str]]:
    r"""Title (`\problemname`), Markdown, and notes on what was left out.

    >>> convert(r"\problemname{Sums} Add $a_1$ and \textbf{more}.")
    ('Sums', 'Add $a_1$ and **more**.', [])
    """
    writer = Writer()
    body = strip_comments(source)
    inside = re.search(r"\\begin\{document\}(.*?)(\\end\{document\}|\Z)", body, re.DOTALL)
    if inside:
        writer.block(Scanner(body[: inside.start()]))  # for its macros and title
        body = inside[1]
    text = tidy(writer.block(Scanner(body)))
    return writer.title, text, list(dict.fromkeys(writer.notes))


def tidy(text: str) -> str:
    """Blank lines and blanks as Markdown wants them; code is left alone."""
    parts = re.split(r"(```.*?```)", text, flags=re.DOTALL)
    for n in range(0, len(parts), 2):
        part = re.sub(r"[ \t]+\n", lambda match: "  \n" if match[0].startswith("  ") else "\n", parts[n])
        part = re.sub(r"\n[ \t]+(?=[^\s\-\d])", "\n", part) if "\n- " not in part and "\n1. " not in part else part
        parts[n] = re.sub(r"\n(\s*\n){2,}", "\n\n", part)
    return "".join(parts).strip()


class Writer:
    """Turns LaTeX into Markdown; knows the document's own macros."""

    def __init__(self) -> None:
        self.title = ""
        self.notes: list[str] = []
        self.macros: dict[str, tuple[int, str]] = {}
        self.expansions = 0
        self.depth = 0

    def block(self, scanner: Scanner) -> str:
        """Everything up to the end of the scanner's text."""
        if self.depth >= DEPTH:
            self.notes.append("what is nested more than 40 levels deep is left out")
            return ""
        self.depth += 1
        out: list[str] = []
        while not scanner.done:
            out.append(self.piece(scanner))
        self.depth -= 1
        return "".join(out)

    def inline(self, text: str) -> str:
        return " ".join(self.block(Scanner(text)).split())

    def piece(self, scanner: Scanner) -> str:
        char = scanner.peek()
        if char == "\\":
            return self.command(scanner)
        if char == "$":
            return self.formula(latex_math.dollars(scanner))
        if char == "{":
            return self.group(scanner.argument())
        if char == "}":
            scanner.take()
            return ""
        return plain(scanner)

    def group(self, text: str) -> str:
        """`{\\bf words}`: a switch inside braces frames what follows it."""
        match = re.match(r"\s*\\(bf|it|em|tt|bfseries|itshape|ttfamily|sl|sc)\b\s*", text)
        if not match:
            return self.block(Scanner(text))
        rest = text[match.end() :]
        switch = {"bfseries": "bf", "itshape": "it", "ttfamily": "tt", "sl": "it"}.get(match[1], match[1])
        return code(rest) if switch == "tt" else frame(self.block(Scanner(rest)), FRAMES.get(switch, ""))

    def command(self, scanner: Scanner) -> str:
        name = scanner.command()
        if name in self.macros:
            return self.expand(name, scanner)
        if name in ("(", "["):
            return self.formula(latex_math.brackets(scanner, name))
        if name in ACCENTS and (not name.isalpha() or scanner.peek() == "{"):
            return accent(name, scanner)
        if name in ESCAPED:
            if name == "\\":
                scanner.option()
            return ESCAPED[name]
        handler: Callable[[Scanner], str] | None = getattr(self, f"do_{name}", None)
        if handler is not None:
            return handler(scanner)
        if name in FRAMES:
            return frame(self.block(Scanner(scanner.argument())), FRAMES[name])
        if name in CODE:
            return code(scanner.delimited() if name in ("verb", "lstinline") else scanner.argument())
        if name in SECTIONS:
            scanner.star()
            scanner.option()
            heading = self.inline(scanner.argument())
            scanner.space()
            return f"\n\n{SECTIONS[name]} {heading}\n\n"
        if name in SILENT:
            scanner.star()
            scanner.option()
            for _argument in range(SILENT[name]):
                scanner.argument()
            return ""
        if name in SYMBOLS:
            scanner.space()
            return SYMBOLS[name]
        return self.unknown(name, scanner)

    def unknown(self, name: str, scanner: Scanner) -> str:
        """A symbol where mathematics knows it; else its arguments' words."""
        if name in latex_math.SYMBOLS:
            return f"$\\{name}$"
        self.notes.append(f"\\{name[:30]} is not known and left out")
        scanner.option()
        return self.block(Scanner(scanner.argument())) if scanner.peek() == "{" else ""

    # -- commands with a meaning of their own --------------------------------------------------------------------------

    def do_problemname(self, scanner: Scanner) -> str:
        """The title, which is no Markdown."""
        self.title = re.sub(r"\\([^a-zA-Z\s])", r"\1", html.unescape(self.inline(scanner.argument())))
        return ""

    do_title = do_problemname

    def do_begin(self, scanner: Scanner) -> str:
        name = scanner.argument()
        if name in VERBATIM:
            scanner.option()
            body = scanner.until(f"\\end{{{name}}}")
            return f"\n\n```\n{body.strip(chr(10)).replace('```', '` ` `')}\n```\n\n"
        body = scanner.environment(name)
        if name.rstrip("*") in latex_math.ENVIRONMENTS:
            return self.formula(latex_math.environment(name, body))
        if name in TABLES:
            return latex_tables.table(name, body, self.inline)
        if name in LISTS:
            return self.items(name, body)
        inner = Scanner(body)
        inner.option()
        for _argument in range(FRAME_ARGUMENTS.get(name, 0)):
            inner.argument()
        text = self.block(inner)
        if name in ("quote", "quotation"):
            return "\n\n" + "\n".join(f"> {line}" for line in text.strip().split("\n")) + "\n\n"
        headings = {"Input": "Input", "Output": "Output", "Note": "Note", "Constraints": "Constraints"}
        heading = f"## {headings[name]}\n\n" if name in headings else ""
        return f"\n\n{heading}{text.strip()}\n\n"

    def items(self, name: str, body: str) -> str:
        r"""A list; what its items hold, lists in it too, is indented."""
        parts = latex_tables.split_top(body, "\\item")[1:]
        lines = []
        for part in parts:
            inner = Scanner(part)
            label = inner.option()
            text = self.block(inner).strip()
            if label and name == "description":
                text = f"**{self.inline(label)}** {text}"
            mark = "1. " if "enum" in name else "- "
            lines.append(mark + text.replace("\n", "\n" + " " * len(mark)))
        return "\n\n" + "\n".join(re.sub(r"[ \t]+$", "", line, flags=re.MULTILINE) for line in lines) + "\n\n"

    def do_end(self, scanner: Scanner) -> str:
        scanner.argument()
        return ""

    def do_includegraphics(self, scanner: Scanner) -> str:
        scanner.star()
        scanner.option()
        return picture(scanner.argument())

    def do_illustration(self, scanner: Scanner) -> str:
        r"""Kattis' `\illustration{width}{file}{caption}`."""
        scanner.argument()
        shown, caption = picture(scanner.argument()), self.inline(scanner.argument())
        return f"\n\n{shown}" + (f"\n\n*{caption}*" if caption else "") + "\n\n"

    def do_caption(self, scanner: Scanner) -> str:
        scanner.star()
        scanner.option()
        text = self.inline(scanner.argument())
        return f"\n\n*{text}*\n\n" if text else ""

    def do_footnote(self, scanner: Scanner) -> str:
        return f" ({self.inline(scanner.argument())})"

    def do_href(self, scanner: Scanner) -> str:
        address = scanner.argument().replace("\\", "")
        return link(address, self.inline(scanner.argument()))

    def do_url(self, scanner: Scanner) -> str:
        address = scanner.argument().replace("\\", "")
        return link(address, address)

    def do_textcolor(self, scanner: Scanner) -> str:
        scanner.option()
        scanner.argument()
        return self.block(Scanner(scanner.argument()))

    do_colorbox = do_textcolor
    do_resizebox = do_textcolor

    def do_color(self, scanner: Scanner) -> str:
        scanner.argument()
        return ""

    def do_newcommand(self, scanner: Scanner) -> str:
        scanner.star()
        name = scanner.argument().strip().lstrip("\\")
        count = scanner.option() or "0"
        scanner.option()
        return self.define(name, int(count) if count.isdigit() and len(count) == 1 else 0, scanner.argument())

    do_renewcommand = do_providecommand = do_newcommand

    def do_def(self, scanner: Scanner) -> str:
        name = scanner.command() if scanner.peek() == "\\" else ""
        arguments = scanner.until("{", keep=True)
        return self.define(name, arguments.count("#"), scanner.argument())

    def do_DeclareMathOperator(self, scanner: Scanner) -> str:
        scanner.star()
        name = scanner.argument().strip().lstrip("\\")
        return self.define(name, 0, f"\\operatorname{{{scanner.argument()}}}")

    def define(self, name: str, count: int, body: str) -> str:
        if name and len(self.macros) < MACROS:
            self.macros[name] = (count, body)
        return ""

    def formula(self, text: str) -> str:
        """A formula with the document's own macros written out, which KaTeX does not know."""
        at = 0
        while match := COMMAND.search(text, at):
            if match[1] not in self.macros:
                at = match.end()
                continue
            scanner = Scanner(text)
            scanner.at = match.end()
            body = self.filled(match[1], scanner)
            # Braces keep the macro's last command apart from a letter that follows.
            text, at = f"{text[: match.start()]}{{{body}}}{text[scanner.at :]}", match.start()
        return text

    def expand(self, name: str, scanner: Scanner) -> str:
        return self.block(Scanner(self.filled(name, scanner)))

    def filled(self, name: str, scanner: Scanner) -> str:
        """The body of a macro with its arguments; a bounded number of times, and never with itself in it."""
        count, body = self.macros[name]
        arguments = [scanner.argument() for _n in range(count)]
        self.expansions += 1
        if self.expansions > EXPANSIONS or sum(map(len, (body, *arguments))) > EXPANDED:
            return ""
        body = re.sub(rf"\\{re.escape(name)}(?![A-Za-z])", "", body)
        return re.sub(r"#([1-9])", lambda match: arguments[int(match[1]) - 1] if int(match[1]) <= count else "", body)
