"""Chromium, without a window. Tests are skipped where there is none."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.support.browser import running_chromium

#: names of other machines that lead to this one, as in DNS rebinding
NAMED = "MAP *.example 127.0.0.1"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with running_chromium(f"--host-resolver-rules={NAMED}") as started:
        yield started


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport={"width": 1280, "height": 900})
    made.set_default_timeout(10_000)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture(scope="session")
def screenshots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the pictures: AUTHFLOW_SCREENSHOTS, or a temporary one."""
    folder = os.environ.get("AUTHFLOW_SCREENSHOTS")
    path = Path(folder) if folder else tmp_path_factory.mktemp("screenshots")
    path.mkdir(parents=True, exist_ok=True)
    return path
