"""The emulator's console in Chromium."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from authflow.emulator import Emulator, ServiceError, running
from tests.support.console import PASSWORD, POOL, answer, begin, fill, make_document, make_user
from tests.support.emulator.world import ALL_FLOWS, Clock

CONSOLE = "/_authflow/console"
HERE = re.compile(r"\bhere\b")
#: no blank is allowed in a username; HTML needs none
HOSTILE = "<img/src=x/onerror=document.title='taken'>"


@pytest.fixture
def served() -> Iterator[tuple[str, Emulator]]:
    emulator = Emulator(Clock())
    with running(lambda _: emulator) as url:
        yield url, emulator


@pytest.fixture
def messages(page: Page) -> list[str]:
    """What the page writes to the browser's console: nothing, unless something is wrong."""
    written: list[str] = []
    page.on("console", lambda message: written.append(message.text))
    page.on("pageerror", lambda error: written.append(str(error)))
    return written


def open_console(page: Page, url: str) -> None:
    page.goto(url + CONSOLE)
    expect(page.locator("#state")).to_have_text("Live")


def test_it_shows_what_is_in_the_emulator(served: tuple[str, Emulator], page: Page, messages: list[str]) -> None:
    url, emulator = served
    fill(emulator)
    open_console(page, url)
    ada = page.locator("#user-rows tr").first
    for text in ("ada@example.com", "CONFIRMED", "SOFTWARE_TOKEN_MFA", "admins", "editors", "Ada's laptop, remembered"):
        expect(ada).to_contain_text(text)
    expect(page.locator("#user-rows tr").nth(3)).to_contain_text("disabled")
    expect(page.locator("#pool-rows")).to_contain_text(POOL)
    expect(page.locator("#pool-rows")).to_contain_text("5 users, 2 groups, MFA optional")
    expect(page.locator("#messages .code").first).to_have_text(emulator.outbox[-1].code)
    expect(page.locator("#messages > li")).to_have_count(len(emulator.outbox))
    expect(page.locator("#sign-in-rows > li")).to_have_count(4)
    expect(page.locator("#node-sms_mfa .badge")).to_have_text("2")
    assert not messages


def test_what_stays_the_same_is_not_made_again(served: tuple[str, Emulator], page: Page) -> None:
    url, emulator = served
    fill(emulator)  # the clock stands still, so that the two sign-ins of grace are alike
    open_console(page, url)
    page.locator("#messages summary").first.click()
    page.evaluate("document.querySelectorAll('main li, main tr').forEach((row) => { row.marked = true; })")
    for _ in range(2):
        page.wait_for_event("response", lambda response: response.url.endswith("/sign-ins"))
        page.wait_for_event("requestfinished", lambda request: request.url.endswith("/faults"))
    marks = page.evaluate("[...document.querySelectorAll('main li, main tbody tr')].map((row) => row.marked)")
    assert marks
    assert all(marks)
    expect(page.locator("#sign-in-rows > li")).to_have_count(4)
    expect(page.locator("#messages pre").first).to_be_visible()


def test_the_time_that_a_sign_in_has(served: tuple[str, Emulator], page: Page) -> None:
    url, emulator = served
    emulator.load(make_document())
    begin(emulator, "grace")
    open_console(page, url)
    expect(page.locator("#sign-in-rows")).to_contain_text("ends in 3 minutes")
    page.get_by_role("button", name="+1 min", exact=True).click()
    expect(page.locator("#sign-in-rows")).to_contain_text("ends in 2 minutes")
    page.get_by_role("button", name="+1 h", exact=True).click()
    expect(page.get_by_text("Nobody is signing in")).to_be_visible()


def test_without_anything_it_says_so(served: tuple[str, Emulator], page: Page, messages: list[str]) -> None:
    open_console(page, served[0])
    for text in (
        "Nobody is signing in",
        "Sign-ups and password resets are not sign-ins",
        "No messages",
        "No users",
        "No faults",
        "No user pools",
    ):
        expect(page.get_by_text(text)).to_be_visible()
    assert not messages


def test_a_sign_in_goes_from_node_to_node(served: tuple[str, Emulator], page: Page) -> None:
    url, emulator = served
    emulator.load(make_document())
    open_console(page, url)
    expect(page.locator("#diagram .here")).to_have_count(0)
    challenge = begin(emulator, "grace")
    expect(page.locator("#node-sms_mfa")).to_have_class(HERE)
    expect(page.locator("#sign-in-rows")).to_contain_text("grace")
    answer(emulator, "grace", challenge, SMS_MFA_CODE=emulator.outbox[-1].code)
    expect(page.locator("#diagram .here")).to_have_count(0)
    expect(page.get_by_text("Nobody is signing in")).to_be_visible()


def test_names_are_never_markup(served: tuple[str, Emulator], page: Page, messages: list[str]) -> None:
    url, emulator = served
    device = {"DeviceKey": "eu-west-1_0f3c6a1e-0000-4000-8000-000000000002", "DeviceGroupKey": "-Gr0upKe2"}
    named = {**device, "Salt": "c2FsdA==", "PasswordVerifier": "dmVyaWZpZXI=", "DeviceName": f"{HOSTILE} <b>bold</b>"}
    fill(emulator, make_user(HOSTILE, "hostile@example.com", Groups=["admins"], Devices=[named], MfaPreference={}))
    emulator.call("CreateGroup", {"UserPoolId": POOL, "GroupName": "<b>group</b>"})
    emulator.call("AdminAddUserToGroup", {"UserPoolId": POOL, "GroupName": "<b>group</b>", "Username": HOSTILE})
    emulator.call("ForgotPassword", {"ClientId": "localclient0000000000000001", "Username": HOSTILE})
    emulator.call(
        "InitiateAuth",
        {
            "ClientId": "localclient0000000000000001",
            "AuthFlow": "USER_AUTH",
            "AuthParameters": {"USERNAME": HOSTILE},
        },
    )
    open_console(page, url)
    for place in ("#user-rows", "#messages", "#sign-in-rows"):
        expect(page.locator(place)).to_contain_text(HOSTILE)
    expect(page.locator("#user-rows")).to_contain_text(f"{HOSTILE} <b>bold</b>")
    expect(page.locator("#user-rows")).to_contain_text("<b>group</b>")
    assert page.locator("main img, main b").count() == 0
    assert page.title() == "authflow emulator"
    assert not messages


def test_codes_are_copied(served: tuple[str, Emulator], context: BrowserContext, page: Page) -> None:
    url, emulator = served
    fill(emulator)
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=url)
    open_console(page, url)
    button = page.locator("#messages button").first
    button.click()
    expect(button).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == emulator.outbox[-1].code
    expect(button).to_have_text("Copy")
    page.get_by_role("button", name="Clear").click()
    expect(page.get_by_text("No messages")).to_be_visible()
    assert not emulator.outbox


def test_the_clock_is_moved_and_stopped(served: tuple[str, Emulator], page: Page) -> None:
    url, emulator = served
    open_console(page, url)
    expect(page.locator("#distance")).to_have_text("Real time")
    far = {"+1 min": "1 minute", "+1 h": "1 hour 1 minute", "+1 day": "1 day 1 hour", "+30 days": "31 days 1 hour"}
    for label, distance in far.items():
        page.get_by_role("button", name=label, exact=True).click()
        expect(page.locator("#distance")).to_have_text(f"{distance} ahead of real time")
    expect(page.locator("#now")).to_have_text("2026-12-08 10:06:03 UTC")
    assert emulator.clock() == datetime(2026, 12, 8, 10, 6, 3, tzinfo=UTC)
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.locator("#distance")).to_have_text("Stopped, 31 days 1 hour ahead of real time")
    assert emulator.clock.is_stopped
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_role("button", name="Stop", exact=True)).to_be_visible()
    page.get_by_role("button", name="Back to real time").click()
    expect(page.locator("#now")).to_have_text(re.compile(str(datetime.now(UTC).year)))
    assert not emulator.clock.is_stopped


def test_faults_are_switched_on_and_off(served: tuple[str, Emulator], page: Page) -> None:
    url, emulator = served
    emulator.load(make_document())
    open_console(page, url)
    page.get_by_label("Error").fill("ForbiddenException")
    page.get_by_label("Requests").fill("2")
    page.get_by_role("button", name="Switch on").click()
    expect(page.locator("#fault-rows")).to_contain_text("refused with ForbiddenException, the next 2 requests")
    with pytest.raises(ServiceError, match="ForbiddenException"):
        begin(emulator, "grace")
    expect(page.locator("#fault-rows")).to_contain_text("the next request")
    page.get_by_role("button", name="Switch off").click()
    expect(page.get_by_text("No faults")).to_be_visible()
    begin(emulator, "grace")


def test_a_fault_has_the_fields_of_its_kind(served: tuple[str, Emulator], page: Page) -> None:
    url, emulator = served
    open_console(page, url)
    expect(page.get_by_label("Seconds")).to_be_hidden()
    page.get_by_label("What happens").select_option("delay")
    expect(page.get_by_label("Error")).to_be_hidden()
    page.get_by_label("Seconds").fill("0.5")
    page.get_by_label("Operation").fill("*")
    page.get_by_role("button", name="Switch on").click()
    expect(page.locator("#fault-rows")).to_contain_text("All operations")
    expect(page.locator("#fault-rows")).to_contain_text("delayed by 0.5 s, all requests")
    assert [(fault.operation, fault.seconds, fault.times) for fault in emulator.faults] == [("*", 0.5, None)]


def test_no_name_of_an_error_or_operation_is_cut_off(served: tuple[str, Emulator], page: Page) -> None:
    open_console(page, served[0])
    for label, text in (
        ("Error", "PasswordHistoryPolicyViolationException"),
        ("Operation", "GetTokensFromRefreshToken"),
    ):
        field = page.get_by_label(label)
        field.fill(text)
        assert field.evaluate("field => field.scrollWidth <= field.clientWidth"), label


def test_users_with_a_uuid_are_shown_by_their_address(served: tuple[str, Emulator], page: Page) -> None:
    url, emulator = served
    user = {"Username": "ada@example.com", "TemporaryPassword": PASSWORD}
    client = {"ClientName": "web", "ClientId": "localclient0000000000000001", "ExplicitAuthFlows": ALL_FLOWS}
    emulator.load({"pools": [{"PoolName": "p", "UsernameAttributes": ["email"], "clients": [client], "users": [user]}]})
    begin(emulator, "ada@example.com")
    open_console(page, url)
    for place in ("#user-rows", "#sign-in-rows"):
        expect(page.locator(f"{place} strong")).to_have_text("ada@example.com")
    expect(page.locator("#user-rows .detail")).to_have_text(re.compile(r"^[0-9a-f-]{36}$"))
    expect(page.locator("#pool-rows abbr")).to_have_attribute("title", re.compile("PLUS adds threat protection"))


def test_it_says_when_the_emulator_is_gone_and_goes_on_when_it_is_back(page: Page) -> None:
    with running(lambda _: Emulator(Clock())) as url:
        open_console(page, url)
    expect(page.locator("#state")).to_have_text("Not responding")
    expect(page.get_by_role("alert")).to_contain_text("The emulator does not respond")
    again = Emulator(Clock())
    again.load(make_document())
    with running(lambda _: again, port=int(url.rpartition(":")[2])):
        expect(page.locator("#state")).to_have_text("Live")
        expect(page.get_by_role("alert")).to_be_hidden()
        expect(page.locator("#user-rows tr")).to_have_count(4)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 768, 360])
def test_it_fits_in_each_window(
    served: tuple[str, Emulator], browser: Browser, screenshots: Path, scheme: str, width: int
) -> None:
    url, emulator = served
    fill(emulator)
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme="dark" if scheme == "dark" else "light"
    )
    page = context.new_page()
    open_console(page, url)
    expect(page.locator("#user-rows tr")).to_have_count(5)
    page.screenshot(path=screenshots / f"{scheme}-{width}.png")
    page.screenshot(path=screenshots / f"{scheme}-{width}-whole.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, re.findall(r"\d+", background))) < 3 * 128) == (scheme == "dark")
    diagram = page.locator("#diagram")
    assert diagram.evaluate("box => box.scrollWidth > box.clientWidth") == (width < 720)
    context.close()
