"""YAML of packages: plain values only, without aliases, repeated keys or endless nesting."""

from __future__ import annotations

from typing import Any

import yaml

from problems.packages.errors import PackageError

LENGTH = 64 * 1024
DEPTH = 12


class _Loader(yaml.SafeLoader):
    """SafeLoader that refuses what people do not write into settings, and bombs are made of."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()
            raise yaml.YAMLError(f"aliases (*{event.anchor}) are not read; write the value out")
        self.depth = getattr(self, "depth", 0) + 1
        if self.depth > DEPTH:
            raise yaml.YAMLError("nested too deeply")
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def construct_mapping(self, node: Any, deep: bool = False) -> dict:
        keys = [key.value for key, _value in node.value if isinstance(key, yaml.ScalarNode)]
        if len(keys) != len(node.value):
            raise yaml.YAMLError("a key is not a plain word")
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.YAMLError(f"the key {key[:40]!r} is there twice")
        return super().construct_mapping(node, deep)


def load(text: str, path: str) -> dict[str, Any]:
    """The mapping in a YAML file; an empty file is an empty one. Keys are strings.

    Raises
    ------
    PackageError : broken YAML, objects, aliases, repeated keys, no mapping.
    """
    if len(text) > LENGTH:
        raise PackageError(f"{path}: longer than {LENGTH // 1024} KB")
    try:
        data = yaml.load(text, Loader=_Loader)  # noqa: S506  a subclass of SafeLoader
    except (yaml.YAMLError, ValueError, TypeError, OverflowError, RecursionError, AttributeError, KeyError) as error:
        words = " ".join(str(error).split())
        raise PackageError(f"{path}: {words[:300] or 'is no YAML'}") from None
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise PackageError(f"{path}: keys with values were expected, such as `name: …`")
    return {str(key): value for key, value in data.items()}


class Reader:
    """Typed values of a mapping; each error names the file and the key."""

    def __init__(self, data: dict[str, Any], path: str, prefix: str = ""):
        self.data, self.path, self.prefix = data, path, prefix

    def error(self, key: str, message: str) -> PackageError:
        return PackageError(f"{self.path}: {self.prefix}{key}: {message}")

    def __contains__(self, key: str) -> bool:
        return self.data.get(key) is not None

    def text(self, key: str, default: str = "") -> str:
        value = self.data.get(key)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, (str, int, float)):
            raise self.error(key, "a text was expected")
        if "\x00" in str(value):
            raise self.error(key, "holds a NUL character")
        return str(value).strip()

    def number(self, key: str, low: float, high: float, default: float | None = None) -> float | None:
        value = self.data.get(key)
        if value is None:
            return default
        if isinstance(value, str):
            try:
                value = float(value)
            except ValueError:
                value = None
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
            raise self.error(key, f"a number from {low:g} to {high:g} was expected")
        return float(value)

    def flag(self, key: str, default: bool = False) -> bool:
        value = self.data.get(key)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise self.error(key, "yes or no was expected")
        return value

    def words(self, key: str) -> list[str]:
        """A list of texts, or one text with white space between."""
        value = self.data.get(key)
        if value is None:
            return []
        if isinstance(value, str):
            return value.split()
        if not isinstance(value, list) or any(isinstance(one, (dict, list)) or one is None for one in value):
            raise self.error(key, "a list of words was expected")
        return [str(one) for one in value]

    def choice(self, key: str, choices: tuple[str, ...], default: str) -> str:
        value = self.text(key, default)
        if value not in choices:
            raise self.error(key, f"{value[:40]!r} is none of {', '.join(choices)}")
        return value

    def inside(self, key: str) -> Reader:
        value = self.data.get(key)
        if value is None:
            value = {}
        if not isinstance(value, dict):
            raise self.error(key, "keys with values were expected")
        return Reader({str(name): one for name, one in value.items()}, self.path, f"{self.prefix}{key}.")
