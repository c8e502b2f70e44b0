"""The registry of what apps above plug in."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from accounts.hooks import Hooks


def adopt(visitor_key, user):
    """A hook."""


def test_hooks_run_in_the_order_of_their_names():
    hooks, ran = Hooks(), []
    hooks.on_erase("b", lambda user: ran.append(("b", user)))
    hooks.on_erase("a", lambda user: ran.append(("a", user)))
    hooks.erase("alice")
    assert ran == [("a", "alice"), ("b", "alice")]


def test_a_hook_is_registered_as_a_decorator_with_and_without_a_name():
    hooks = Hooks()
    assert hooks.on_export("x")(adopt.__get__) is not None
    assert hooks.on_login(adopt) is adopt
    hooks.unregister("login", "tests")


def test_a_second_hook_of_the_same_name_is_refused_and_both_are_named():
    hooks = Hooks()
    hooks.on_login("recommendations", adopt)
    hooks.on_login("recommendations", adopt)  # the same function again: a module imported twice
    with pytest.raises(ImproperlyConfigured) as error:
        hooks.on_login("recommendations", lambda key, user: None)
    assert "tests.accounts.test_hooks.adopt" in str(error.value)
    assert "'recommendations'" in str(error.value)


@pytest.mark.parametrize("args", [(1, adopt), ("x", "not a function")])
def test_what_is_no_hook_is_refused(args):
    with pytest.raises(ImproperlyConfigured):
        Hooks().on_login(*args)


def test_what_remains_is_told():
    hooks = Hooks()
    hooks.on_erase("comments", adopt, remains="your comments, without your name")
    assert hooks.remains() == ["your comments, without your name"]
