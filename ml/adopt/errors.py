"""The one error of this package."""


class AdoptError(ValueError):
    """The file cannot be taken over; the message names the culprit and how to go on."""


def shown(value: object, most: int = 80) -> str:
    """Something out of a file, safe to print: short, one line, ASCII escapes for what is not printable."""
    text = value if isinstance(value, str) else f"a {type(value).__name__}"
    text = "".join(char if char.isprintable() else "?" for char in text[: most + 1])
    return text if len(text) <= most else text[:most] + "…"
