"""One Chromium for each worker; for each test contexts of its own, whose console must stay free of errors."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, sync_playwright

from ..authorities import _one_authority  # noqa: F401 - a fixture, in use by being here
from .services import Services, services

_WHOLE = ("chromium", "chromium-browser", "google-chrome")
_SHELL = ("chromium-headless-shell",)
"""The same engine without windows of its own, in half of the time."""
CHROMIUM = next(filter(None, map(shutil.which, _WHOLE + _SHELL if "SOAK" in os.environ else _SHELL + _WHOLE)), None)
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-software-rasterizer",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
_A_PAGE_WITH_AN_ERROR_STATUS = re.compile(r"Failed to load resource: the server responded with a status of [45]\d\d ")
"""Chromium says so of a page that is answered with such a status, as a page of an error should be."""


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("Chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield browser
        browser.close()


class Visits:
    """Opens browser contexts, each like a browser of its own, and collects what their consoles complain of."""

    def __init__(self, chromium: Browser) -> None:
        self._chromium = chromium
        self.contexts: list[BrowserContext] = []
        self.complaints: list[str] = []
        self.hosts: set[str] = set()

    def __call__(self, **options: Any) -> BrowserContext:
        context = self._chromium.new_context(**({"viewport": {"width": 1280, "height": 800}} | options))
        context.set_default_timeout(15_000)
        context.on("console", self._hear)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        self.contexts.append(context)
        return context

    def _hear(self, message: ConsoleMessage) -> None:
        own = message.page is not None and message.location["url"].partition("#")[0] == message.page.url
        if message.type in {"error", "warning"} and not (own and _A_PAGE_WITH_AN_ERROR_STATUS.match(message.text)):
            self.complaints.append(f"{message.type}: {message.text} ({message.location['url'][:100]})")


@pytest.fixture
def visit(chromium: Browser, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Visits]:
    """Open browser contexts that are closed at the end; pictures of failures are kept."""
    visits = Visits(chromium)
    yield visits
    if getattr(request.node, "failed", False):
        for number, page in enumerate(page for context in visits.contexts for page in context.pages):
            picture = tmp_path / f"page-{number}.png"
            with suppress(Error):  # a page that still waits for its answer cannot be pictured
                page.screenshot(path=picture, full_page=True, timeout=2_000)
                request.node.add_report_section("teardown", "screenshot", str(picture))
    for context in visits.contexts:
        context.close()
    assert visits.complaints == []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    report = yield
    if report.failed:
        item.failed = True  # type: ignore[attr-defined]
    return report


@pytest.fixture
def page(visit: Visits) -> Page:
    return visit().new_page()


@pytest.fixture
def start() -> Iterator[Callable[..., Services]]:
    """Start services with settings of the test's own."""
    with ExitStack() as running:
        yield lambda **how: running.enter_context(services(**how))


@pytest.fixture
def here(start: Callable[..., Services]) -> Services:
    """Services as they are."""
    return start()
