"""Statements of a package, by language: Markdown as it is, LaTeX converted, pictures found."""

from __future__ import annotations

import posixpath
import re

from problems.packages import latex, settings
from problems.packages.errors import PackageError
from problems.packages.package import Package

FOLDERS = ("problem_statement", "statement")
FILE = re.compile(r"problem(?:\.([A-Za-z]{2,3})(?:[-_][A-Za-z0-9]+)*)?\.(md|tex)")
SHOWN = ("ko", "en")
NAMES = {
    "sv": "Swedish", "da": "Danish", "no": "Norwegian", "fi": "Finnish", "is": "Icelandic", "de": "German", "fr": "French",
    "es": "Spanish", "pt": "Portuguese", "pl": "Polish", "cs": "Czech", "ru": "Russian", "ja": "Japanese", "zh": "Chinese",
}  # fmt: skip
PICTURE = re.compile(r"!\[([^\]\n]*)\]\(\s*<?([^)\s>]+)>?[^)\n]*\)")
MACRO = re.compile(r"\{\{\s*(nextsample|remainingsamples|illustration[^}]*)\s*\}\}")
CONSTANT = re.compile(r"\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}\}")
TITLE = re.compile(r"\A\s*#\s+(.+?)\s*#*\s*\n")
PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp")
LENGTH = 100_000


def read_statements(package: Package, top: settings.Reader) -> None:
    """Fill in titles, statements and the pictures that they show."""
    found = find(package)
    titles = named(top, found)
    constants = {str(key): str(value) for key, value in top.inside("constants").data.items()}
    for language, path in choose(package, found).items():
        source = CONSTANT.sub(lambda match: constants.get(match[1], match[0]), package.tree.text(path))
        if path.endswith(".tex"):
            title, text, notes = latex.convert(source)
            package.warnings += [f"{path}: {note}" for note in notes]
        else:
            title, text = markdown(source)
        if len(text) > LENGTH:
            raise PackageError(f"{path}: the statement is longer than {LENGTH:,} characters")
        package.statements[language] = with_pictures(package, path, text)
        titles.setdefault(language, title)
    package.titles = {language: title[:200] for language, title in titles.items() if title}
    if not package.titles:
        package.titles = {"en": package.tree.name[:200]}
        package.warnings.append("the package gives no title; its name stands in")


def find(package: Package) -> dict[str, str]:
    """Language → path; Markdown before LaTeX, a file without a language is English."""
    found: dict[str, str] = {}
    for folder in FOLDERS:
        for name in sorted(package.tree.names(folder), key=lambda name: not name.endswith(".md")):
            match = FILE.fullmatch(name)
            if match and f"{folder}/{name}" in package.tree:
                found.setdefault((match[1] or "en").lower(), f"{folder}/{name}")
    return found


def choose(package: Package, found: dict[str, str]) -> dict[str, str]:
    """What becomes the Korean and the English statement: those, or else whatever language there is."""
    chosen = {language: found[language] for language in SHOWN if language in found}
    if chosen:
        return chosen
    if found:
        language = sorted(found)[0]
        name = NAMES.get(language, language)
        package.warnings.append(f"the statement is neither Korean nor English but {name}; it is shown as it is")
        return {"en": found[language]}
    pdf = any(path.endswith(".pdf") for folder in FOLDERS for path in package.tree.paths(folder))
    package.warnings.append(
        "not supported here: statements in PDF; write one in the admin" if pdf else "there is no statement; write one"
    )
    return {}


def named(top: settings.Reader, found: dict[str, str]) -> dict[str, str]:
    """Titles from `name`: one text, or one for each language."""
    value = top.data.get("name")
    if isinstance(value, dict):
        titles = {str(language)[:2].lower(): str(title).strip() for language, title in value.items()}
        return {language: title for language, title in titles.items() if language in SHOWN} or {
            "en": next(iter(titles.values()), "")
        }
    text = top.text("name")
    shown = [language for language in SHOWN if language in found] or ["en"]
    return {shown[-1]: text} if text else {}


def markdown(source: str) -> tuple[str, str]:
    """Title (a first line `# …`, else "") and text without the macros that place samples."""
    text = MACRO.sub("", source).strip()
    match = TITLE.match(text + "\n")
    # One heading of the first rank is the title; several are the sections.
    if match and len(re.findall(r"^# ", text, re.MULTILINE)) == 1:
        return match[1], text[match.end() :].strip()
    return "", text


def with_pictures(package: Package, path: str, text: str) -> str:
    """The text with pictures named by their path in the package (`package:…`), and words where one is missing."""
    folder = posixpath.dirname(path)

    def replace(match: re.Match[str]) -> str:
        name, alt = match[2], match[1].strip()
        found = picture(package, folder, name)
        if found is None:
            package.warnings.append(f"{path}: the picture {name[:80]} is left out")
            return f"*[{alt}]*" if alt else ""
        package.pictures[found] = f"package:{found}"
        return f"![{alt or posixpath.basename(found)}](package:{found})"

    return PICTURE.sub(replace, text)


def picture(package: Package, folder: str, name: str) -> str | None:
    """The path of a picture that a statement names; LaTeX may leave the ending out."""
    wanted = posixpath.normpath(posixpath.join(folder, name))
    for path in (wanted, *(wanted + ending for ending in PICTURES)):
        if path in package.tree and path.lower().endswith(PICTURES) and not re.search(r"[\s()<>]", path):
            return path
    return None
