"""Where the apps above plug in: a visitor became a member, a member exports or erases their data."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ImproperlyConfigured

KINDS = {
    "login": "fn(visitor_key, user): move what a visitor did to the member; must be idempotent",
    "export": "fn(user) -> JSON-able: everything the app holds on the member",
    "erase": "fn(user): delete everything the app holds on the member, rows and files",
}


class Hooks:
    """Named functions of other apps, run in the order of their names.

    Examples
    --------
    >>> from accounts.hooks import hooks
    >>> @hooks.on_login("recommendations")  # doctest: +SKIP
    ... def adopt(visitor_key, user): ...
    """

    def __init__(self) -> None:
        self._functions: dict[str, dict[str, Callable]] = {kind: {} for kind in KINDS}
        self._remains: dict[str, Any] = {}

    def _register(self, kind: str, name: Any, fn: Callable | None = None) -> Callable:
        if fn is None and callable(name):
            name, fn = name.__module__.partition(".")[0], name
        if fn is None:
            return lambda function: self._register(kind, name, function)
        if not isinstance(name, str) or not callable(fn):
            raise ImproperlyConfigured(
                f"accounts.hooks: on_{kind} takes a name and a function {KINDS[kind]}, got {name!r} and {fn!r}."
            )
        held = self._functions[kind].get(name)
        if held is not None and held is not fn:
            raise ImproperlyConfigured(
                f"accounts.hooks: {fn.__module__}.{fn.__qualname__} and {held.__module__}.{held.__qualname__} both "
                f"register the {kind} hook {name!r}. Give one of them another name."
            )
        self._functions[kind][name] = fn
        return fn

    def on_login(self, name: Any, fn: Callable | None = None) -> Callable:
        """Register `fn(visitor_key, user)`; usable as a decorator, with a name or without (the package's)."""
        return self._register("login", name, fn)

    def on_export(self, name: Any, fn: Callable | None = None) -> Callable:
        """Register `fn(user) -> JSON-able`, which fills the key `name` of the export."""
        return self._register("export", name, fn)

    def on_erase(self, name: Any, fn: Callable | None = None, *, remains: Any = "") -> Callable:
        """Register `fn(user)`, called in the transaction that deletes the member, before the row goes.

        `remains` is a (lazy) sentence for the delete page: what stays afterwards, without a name, and until when.
        """
        if remains:
            self._remains[name if isinstance(name, str) else name.__module__] = remains
        return self._register("erase", name, fn)

    def remains(self) -> list[Any]:
        """What apps say stays after an account is deleted."""
        return [text for _name, text in sorted(self._remains.items(), key=lambda item: item[0])]

    def unregister(self, kind: str, name: str) -> None:
        """Take a hook out again (for tests)."""
        del self._functions[kind][name]
        if kind == "erase":
            self._remains.pop(name, None)

    def logged_in(self, visitor_key: str, user: Any) -> None:
        for _name, fn in sorted(self._functions["login"].items()):
            fn(visitor_key, user)

    def export(self, user: Any) -> dict[str, Any]:
        return {name: fn(user) for name, fn in sorted(self._functions["export"].items())}

    def erase(self, user: Any) -> None:
        for _name, fn in sorted(self._functions["erase"].items()):
            fn(user)


hooks = Hooks()
on_login = hooks.on_login
on_export = hooks.on_export
on_erase = hooks.on_erase
