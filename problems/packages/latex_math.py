"""Formulas: handed on to KaTeX, in the dollars that the site's Markdown knows."""

from __future__ import annotations

import re

from problems.packages.latex_tokens import Scanner

ENVIRONMENTS = ("equation", "align", "gather", "displaymath", "math", "eqnarray", "multline", "cases", "aligned")
#: commands of mathematics that statements also use in the text
SYMBOLS = {
    "times", "cdot", "leq", "le", "geq", "ge", "neq", "ne", "pm", "rightarrow", "leftarrow", "to", "Rightarrow",
    "infty", "alpha", "beta", "gamma", "delta", "epsilon", "pi", "sigma", "lambda", "mu", "theta", "omega", "Delta",
    "Sigma", "Omega", "sum", "prod", "in", "notin", "subset", "cup", "cap", "approx", "equiv", "star", "circ",
    "bullet", "sim", "div", "mod", "log", "min", "max", "lfloor", "rfloor", "lceil", "rceil", "langle", "rangle",
    "ll", "gg", "uparrow", "downarrow", "leftrightarrow", "mapsto",
}  # fmt: skip


def clean(formula: str) -> str:
    """One line without what KaTeX does not know."""
    formula = re.sub(r"\\label\{[^{}]*\}|\\nonumber|\\notag", "", formula)
    formula = re.sub(r"\\mbox\b|\\hbox\b|\\textnormal\b", r"\\text", formula)
    return " ".join(formula.replace("\\$", "\\text{\\textdollar}").split())


def inline(formula: str) -> str:
    text = clean(formula)
    return f"${text}$" if text else ""


def display(formula: str) -> str:
    text = clean(formula)
    return f"\n\n$${text}$$\n\n" if text else ""


def dollars(scanner: Scanner) -> str:
    """`$…$` or `$$…$$` at the scanner's place."""
    mark = "$$" if scanner.source.startswith("$$", scanner.at) else "$"
    scanner.take(len(mark))
    start = scanner.at
    while not scanner.done:
        if scanner.peek() == "\\":
            scanner.take(2)
        elif scanner.source.startswith(mark, scanner.at):
            formula = scanner.source[start : scanner.at]
            scanner.take(len(mark))
            return display(formula) if mark == "$$" else inline(formula)
        else:
            scanner.take()
    # A dollar that nothing closes is a dollar.
    scanner.at = start
    return "\\$"


def brackets(scanner: Scanner, name: str) -> str:
    r"""`\(…\)` or `\[…\]`."""
    return display(scanner.until("\\]")) if name == "[" else inline(scanner.until("\\)"))


def environment(name: str, body: str) -> str:
    plain = name.rstrip("*")
    if plain == "math":
        return inline(body)
    if plain in ("equation", "displaymath"):
        return display(body)
    inside = {"align": "aligned", "eqnarray": "aligned", "gather": "gathered", "multline": "gathered"}.get(plain, plain)
    return display(f"\\begin{{{inside}}}{body}\\end{{{inside}}}")
