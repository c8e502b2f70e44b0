"""Statements: Markdown to clean HTML, formulas left as text for KaTeX in the browser (readable as they are without it)."""

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

from common import html


def _parser() -> MarkdownIt:
    # As in Pandoc: a space inside or a digit outside of the dollars makes them money.
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    parser.use(dollarmath_plugin, allow_labels=False, allow_space=False, allow_digits=False, double_inline=True)
    # The plugin's div would end the paragraph that it stands in.
    parser.add_render_rule("math_inline_double", _display)
    return parser


def _display(_renderer, tokens, index, _options, _env):
    return f'<span class="math block">{escape(tokens[index].content)}</span>'


PARSER = _parser()


def render(text: str) -> SafeString:
    r"""HTML of a statement; its headings start below the page's own.

    >>> render("# Input\n\n$a < b$")
    '<h2>Input</h2>\n<p><span class="math inline">a &lt; b</span></p>'
    """
    tokens = PARSER.parse(text)
    for token in tokens:
        if token.tag == "h1":
            token.tag = "h2"
        # The content security policy allows no style attributes.
        style = str(token.attrs.pop("style", ""))
        if style:
            token.attrs["align"] = style.removeprefix("text-align:")
    return mark_safe(html.document(PARSER.renderer.render(tokens, PARSER.options, {})))  # noqa: S308 (cleaned)
