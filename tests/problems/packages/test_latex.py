"""LaTeX statements become Markdown that can be read; whatever comes in, the conversion ends."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from problems.packages.latex import convert

PAIRS = {
    r"\textbf{bold} and \emph{it}": "**bold** and *it*",
    r"{\bf bold} {\tt code}": "**bold** `code`",
    r"``quoted'' --- dash -- n": "“quoted” — dash – n",
    r"5\% of \$3 \& a\_b": r"5% of \$3 &amp; a\_b",
    r"\texttt{a\_b \{\}}": "`a_b {}`",
    r"$a_1 \le b$ and \(x\)": r"$a_1 \le b$ and $x$",
    r"\[ x^2 \]": "$$x^2$$",
    r"\begin{equation} x \end{equation}": "$$x$$",
    r"\section*{Input} One line.": "## Input\n\nOne line.",
    r"\href{http://x.org/a}{here}": "[here](http://x.org/a)",
    r"\href{javascript:alert(1)}{here}": "here",
    r"a % comment": "a",
    r"100\% % comment": "100%",
    r"G\"odel \'etude \c{c}": "Gödel étude ç",
    r"x\footnote{note}": "x (note)",
    r"2*3 <b> [x]": r"2\*3 &lt;b> \[x\]",
    r"\newcommand{\n}{10^5}$k \le \n$": r"$k \le {10^5}$",
    r"\newcommand{\s}[1]{\texttt{#1}}\s{x}": "`x`",
    r"\foo{bar}": "bar",
    r"costs $5": r"costs \$5",
    r"\begin{verbatim}a % b_c\end{verbatim}": "```\na % b_c\n```",
    r"\illustration{0.5}{pic.png}{Caption}": "![](pic.png)\n\n*Caption*",
}


@pytest.mark.parametrize("source", PAIRS)
def test_pieces(source):
    assert convert(source)[1] == PAIRS[source]


def test_lists_in_lists():
    text = convert(r"\begin{enumerate}\item one \begin{itemize}\item in \end{itemize} \item two\end{enumerate}")[1]
    assert text == "1. one\n\n   - in\n1. two"


def test_tables():
    source = r"\begin{tabular}{|l|r|}\hline \textbf{a} & b \\ \hline $|x|$ & c \& d \\ \hline\end{tabular}"
    assert convert(source)[1] == "| **a** | b |\n| --- | --- |\n| $\\vert x\\vert $ | c &amp; d |"


def test_the_title_is_plain():
    assert convert(r"\problemname{A \& B\_1}")[0] == "A & B_1"


def test_what_is_unknown_is_said():
    assert convert(r"\frobnicate{x}")[2] == [r"\frobnicate is not known and left out"]


NASTY = {
    "braces": "{" * 50_000,
    "dollars": "$" * 99_999,
    "begins": r"\begin{itemize}\item " * 300,
    "endless-macro": r"\newcommand{\a}{\b\b}\newcommand{\b}{\a\a}\a",
    "doubling": r"\newcommand{\a}[1]{#1#1#1#1#1#1#1#1}" + r"\a{" * 9 + "x" + "}" * 9,
    "deep": r"\textbf{" * 3000 + "}" * 3000,
    "backslashes": "\\" * 10_001,
}


@pytest.mark.parametrize("name", NASTY)
def test_nasty_sources_end(name):
    start = time.monotonic()
    assert len(convert(NASTY[name])[1]) < 5_000_000
    assert time.monotonic() - start < 20


PARTS = [*"\\{}[]$%&_^~`'\"-* \nab1", "\\item ", "\\begin{tabular}{l}", "\\verb|", "\\newcommand{\\a}[1]", "\\a"]


@given(st.lists(st.sampled_from(PARTS)).map("".join))
def test_anything_is_converted(source):
    convert(source)
