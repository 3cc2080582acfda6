"""The console of an emulator with 100,000 users."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from authflow.emulator import Emulator, running
from tests.support.console import POOL, make_document

MANY = 100_000


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    emulator = Emulator()
    emulator.load(make_document())
    for number in range(MANY):
        email = {"Name": "email", "Value": f"person{number}@example.com"}
        invitation = {"UserPoolId": POOL, "Username": f"user{number}", "UserAttributes": [email]}
        emulator.call("AdminCreateUser", {**invitation, "MessageAction": "SUPPRESS"})
    with running(lambda _: emulator) as url:
        yield url


def test_it_shows_the_first_users_and_more_on_demand(url: str, page: Page) -> None:
    started = time.monotonic()
    page.goto(f"{url}/_authflow/console")
    expect(page.locator("#user-rows tr")).to_have_count(50)
    expect(page.locator("#user-count")).to_have_text(f"50 of {MANY + 4:,}")
    assert time.monotonic() - started < 5
    page.get_by_role("button", name="Show more").click()
    expect(page.locator("#user-rows tr")).to_have_count(100)


def test_it_finds_one_of_them(url: str, page: Page) -> None:
    page.goto(f"{url}/_authflow/console")
    expect(page.locator("#user-rows tr")).to_have_count(50)
    for text in (f"user{MANY - 1}", f"person{MANY - 1}"):
        started = time.monotonic()
        page.get_by_label("Search").fill(text)
        expect(page.locator("#user-rows tr")).to_have_count(1)
        expect(page.locator("#user-rows")).to_contain_text(f"user{MANY - 1}")
        assert time.monotonic() - started < 5
    page.get_by_label("Search").fill("nobody")
    expect(page.get_by_text("No user of this pool is found by that.")).to_be_visible()


def test_no_answer_goes_through_all_users(url: str, page: Page) -> None:
    page.goto(f"{url}/_authflow/console")
    expect(page.locator("#state")).to_have_text("Live")
    took = page.evaluate(
        """async () => {
            const started = performance.now();
            for (const path of ["users?limit=50", "pools", "sign-ins"]) {
                await (await fetch(`/_authflow/${path}`)).json();
            }
            return performance.now() - started;
        }"""
    )
    assert took < 1000
