"""The console from another machine, by the control token of ``authflow emulator``."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

TOKEN = "s3cret-token"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The console's URL as the command prints it, with another machine's name."""
    command = [sys.executable, "-m", "authflow", "emulator", "--port", "0", "--control-token", TOKEN]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        found = re.search(r"console at (http://\S+)", process.stdout.readline())
        assert found
        try:
            yield found[1].replace("127.0.0.1", "emulator.example")
        finally:
            process.terminate()


def test_the_page_asks_for_the_token(url: str, page: Page, screenshots: Path) -> None:
    page.goto(url)
    expect(page.locator("#state")).to_have_text("No access")
    expect(page.locator("main")).to_be_hidden()
    page.screenshot(path=screenshots / "token.png")
    field = page.get_by_label("Control token")
    field.fill("wrong")
    page.get_by_role("button", name="Use token").click()
    expect(page.get_by_role("alert")).to_have_text("The emulator refused this token.")
    field.fill(TOKEN)
    page.get_by_role("button", name="Use token").click()
    expect(page.locator("#state")).to_have_text("Live")
    page.get_by_role("button", name="+1 day").click()
    expect(page.locator("#distance")).to_have_text("1 day ahead of real time")
    page.reload()
    expect(page.locator("#state")).to_have_text("Live")
    assert TOKEN not in page.url + page.content()


def test_another_tab_asks_again(url: str, page: Page) -> None:
    page.goto(url)
    expect(page.locator("#state")).to_have_text("No access")


def test_on_this_machine_none_is_needed(url: str, page: Page) -> None:
    page.goto(url.replace("emulator.example", "localhost"))
    expect(page.locator("#state")).to_have_text("Live")
