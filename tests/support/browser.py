"""Debian's Chromium, driven by Playwright."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, sync_playwright

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}
FLAGS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--mute-audio",
    "--no-first-run",
    "--hide-scrollbars",
]


def executable() -> str | None:
    """Return the browser's path: CHROMIUM from the environment or what the system has."""
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


@contextmanager
def running_chromium() -> Iterator[Browser]:
    """Yield a browser without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def open_page(browser: Browser, **options: object) -> Iterator[Page]:
    """Yield a page in a profile of its own; leaving fails when the page logged an error or broke the CSP."""
    context = browser.new_context(**{"locale": "ko-KR", "viewport": DESKTOP, **options})
    context.set_default_timeout(15_000)
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(f"error: {error}"))
    page.on("console", lambda message: problems.append(message.text) if _is_ours(message) else None)
    try:
        yield page
    finally:
        context.close()
    if problems:
        raise AssertionError(f"the page had problems: {problems}")


def _is_ours(message: object) -> bool:
    """Leave out what the browser itself logs for an answer with an error status, which tests provoke on purpose."""
    return message.type == "error" and not message.text.startswith("Failed to load resource")
