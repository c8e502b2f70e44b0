"""Walking through LaTeX source: commands, arguments in braces, environments."""

from __future__ import annotations

import re

COMMENT = re.compile(r"(?<!\\)((?:\\\\)*)%[^\n]*(\n[ \t]*)?")


def strip_comments(source: str) -> str:
    r"""Without `% …`, except in verbatim; a comment takes the end of its line with it, but no paragraph's."""
    parts = re.split(r"(\\begin\{(?:verbatim|lstlisting|Verbatim|minted)\}.*?\\end\{)", source, flags=re.DOTALL)
    for n in range(0, len(parts), 2):
        parts[n] = COMMENT.sub(lambda match: match[1] + ("\n" if match.start() == 0 and match[2] else ""), parts[n])
    return "".join(parts)


class Scanner:
    """A place in a text that moves forward. Unbalanced input ends where the text does; nothing raises."""

    def __init__(self, source: str):
        self.source, self.at = source, 0

    @property
    def done(self) -> bool:
        return self.at >= len(self.source)

    def peek(self) -> str:
        return self.source[self.at : self.at + 1]

    def take(self, count: int = 1) -> str:
        found = self.source[self.at : self.at + count]
        self.at += max(count, 1)
        return found

    def space(self) -> None:
        """Skip blanks, and one end of a line at most: two are a paragraph."""
        match = re.compile(r"[ \t]*\n?[ \t]*(?!\n)").match(self.source, self.at)
        if match:
            self.at = match.end()

    def text(self) -> str:
        """What comes before the next special character; at least one character."""
        match = re.compile(r"[^\\${}]+").match(self.source, self.at)
        return self.take(len(match[0])) if match else self.take()

    def command(self) -> str:
        r"""The name after a backslash: letters, or one other character."""
        self.take()
        match = re.compile(r"[A-Za-z]+").match(self.source, self.at)
        if not match:
            return self.take()
        self.take(len(match[0]))
        return match[0]

    def star(self) -> None:
        if self.peek() == "*":
            self.take()

    def option(self) -> str:
        """What is in brackets, or "" where there are none."""
        match = re.compile(r"\s*\[((?:[^\[\]{}]|\{[^{}]*\})*)\]").match(self.source, self.at)
        if not match or "\n\n" in match[0]:
            return ""
        self.at = match.end()
        return match[1]

    def argument(self) -> str:
        """What is in the next braces, or the next character or command."""
        start = self.at
        while self.peek().isspace() and self.peek():
            self.at += 1
        if self.peek() == "\\":
            return f"\\{self.command()}"
        if self.peek() != "{":
            if not self.peek() or self.peek() == "}":
                self.at = start
                return ""
            return self.take()
        depth, begin = 0, self.at + 1
        while not self.done:
            char = self.take()
            if char == "\\":
                self.at += 1
            depth += (char == "{") - (char == "}")
            if depth == 0:
                return self.source[begin : self.at - 1]
        return self.source[begin:]

    def delimited(self) -> str:
        r"""`|…|` after `\verb`, with any character for the bar; braces count as a pair."""
        self.option()
        if self.peek() == "{":
            return self.argument()
        mark = self.take()
        return self.until(mark) if mark else ""

    def until(self, mark: str, *, keep: bool = False) -> str:
        """Everything before `mark`; the mark is taken, too, unless it is to be kept."""
        end = self.source.find(mark, self.at)
        end = len(self.source) if end < 0 else end
        found = self.source[self.at : end]
        self.at = end if keep else end + len(mark)
        return found

    def environment(self, name: str) -> str:
        r"""The body up to the `\end` that belongs to a `\begin{name}` just read."""
        pattern = re.compile(r"\\(begin|end)\s*\{" + re.escape(name) + r"\}")
        depth, begin = 1, self.at
        for match in pattern.finditer(self.source, self.at):
            depth += 1 if match[1] == "begin" else -1
            if depth == 0:
                self.at = match.end()
                return self.source[begin : match.start()]
        self.at = len(self.source)
        return self.source[begin:]
