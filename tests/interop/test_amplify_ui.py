"""Amplify UI's ``<Authenticator>`` in Chromium, whose page sends its requests straight to the port of the emulator."""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import running_chromium, serving_files
from tests.support.controlled import Controlled, controlled
from tests.support.node import find_program, install_project

HERE = Path(__file__).with_name("browser")
FIRST, SECOND = "Correct-Horse-9", "Correct-Horse-10"
FLOWS = ["ALLOW_USER_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]


def make_seed(mfa: str) -> dict[str, Any]:
    pool = {
        "PoolName": "people",
        "UsernameAttributes": ["email"],
        "AutoVerifiedAttributes": ["email"],
        "mfa": {"MfaConfiguration": mfa, "SoftwareTokenMfaConfiguration": {"Enabled": True}},
        "clients": [{"ClientName": "web", "ExplicitAuthFlows": FLOWS}],
        "users": [
            {"Username": "ada@example.com", "Password": FIRST},
            {"Username": "kay@example.com", "TemporaryPassword": "Temporary-1"},
        ],
    }
    return {"pools": [pool]}


@dataclass(frozen=True)
class Site:
    """The page of an Authenticator, and its emulator."""

    page: Page
    emulator: Controlled

    def fill(self, label: str, value: str) -> None:
        self.page.get_by_label(label, exact=True).fill(value)

    def click(self, button: str) -> None:
        self.page.get_by_role("button", name=button, exact=True).click()

    def open_tab(self, name: str) -> None:
        self.page.get_by_role("tab", name=name).click()

    def sign_in(self, email: str, password: str) -> None:
        self.fill("Email", email)
        self.fill("Password", password)
        self.click("Sign in")

    def leave(self) -> None:
        self.click("Leave")
        expect(self.page.get_by_role("tab", name="Sign In")).to_be_visible()

    def expect_signed_in(self, email: str) -> None:
        expect(self.page.get_by_role("heading", name=f"Welcome, {email}")).to_be_visible()

    def expect_text(self, text: str) -> None:
        expect(self.page.get_by_text(re.compile(text))).to_be_visible()

    def expect_refused(self, email: str, password: str) -> None:
        self.sign_in(email, password)
        self.expect_text("Incorrect username or password|User does not exist")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = install_project(HERE, tmp_path_factory.mktemp("browser"))
    command = [find_program("npm"), "run", "--silent", "build"]
    subprocess.run(command, cwd=project, check=True, timeout=120)
    return project / "site"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with running_chromium() as browser:
        yield browser


@pytest.fixture(params=["OPTIONAL"])
def site(request: pytest.FixtureRequest, chromium: Browser, files: Path, tmp_path: Path) -> Iterator[Site]:
    seed, configuration = make_seed(request.param), str(files / "cognito.json")
    with controlled(seed, tmp_path, "--amplify-file", configuration) as emulator, serving_files(files) as url:
        page = chromium.new_page()
        page.set_default_timeout(20_000)
        page.goto(url)
        yield Site(page, emulator)
        page.close()


def test_sign_in(site: Site) -> None:
    site.expect_refused("ada@example.com", "Wrong-Horse-9")
    site.sign_in("ada@example.com", FIRST)
    site.expect_signed_in("ada@example.com")
    site.page.reload()
    expect(site.page.get_by_role("button", name="Leave")).to_be_visible()
    site.leave()


def test_sign_up_with_confirmation_and_automatic_sign_in(site: Site) -> None:
    site.open_tab("Create Account")
    site.fill("Email", "grace@example.com")
    site.fill("Password", FIRST)
    site.fill("Confirm Password", FIRST)
    site.click("Create Account")
    site.expect_text("Your code is on the way. To log in, enter the code we emailed to g\\*\\*\\*@e\\*\\*\\*")
    site.fill("Confirmation Code", "000000")
    site.click("Confirm")
    site.expect_text("Invalid verification code provided")
    site.fill("Confirmation Code", site.emulator.read_code("sign_up"))
    site.click("Confirm")
    site.expect_signed_in("grace@example.com")


def test_forgotten_password(site: Site) -> None:
    site.click("Forgot your password?")
    site.fill("Enter your email", "ada@example.com")
    site.click("Send code")
    site.fill("Code *", site.emulator.read_code("password_reset"))
    site.fill("New Password", SECOND)
    site.fill("Confirm Password", SECOND)
    site.click("Submit")
    site.expect_refused("ada@example.com", FIRST)
    site.sign_in("ada@example.com", SECOND)
    site.expect_signed_in("ada@example.com")


@pytest.mark.parametrize("site", ["ON"], indirect=True)
def test_an_authenticator_app_is_set_up(site: Site) -> None:
    site.sign_in("ada@example.com", FIRST)
    secret = site.page.locator("[data-amplify-copy] > div").first.inner_text()
    site.fill("Code *", site.emulator.read_totp(secret))
    site.click("Confirm")
    site.expect_signed_in("ada@example.com")
    site.leave()
    site.sign_in("ada@example.com", FIRST)
    site.fill("Code *", site.emulator.read_totp(secret))
    site.click("Confirm")
    site.expect_signed_in("ada@example.com")


def test_a_temporary_password_is_replaced_and_the_address_verified(site: Site) -> None:
    site.sign_in("kay@example.com", "Temporary-1")
    site.fill("Password", FIRST)
    site.fill("Confirm Password", FIRST)
    site.click("Change Password")
    site.expect_text("Account recovery requires verified contact information")
    site.click("Verify")
    site.fill("Code *", site.emulator.read_code("attribute"))
    site.click("Submit")
    site.expect_signed_in("kay@example.com")


def test_changed_password(site: Site) -> None:
    site.sign_in("ada@example.com", FIRST)
    site.fill("Current Password", FIRST)
    site.fill("New Password", SECOND)
    site.fill("Confirm Password", SECOND)
    site.click("Update password")
    site.expect_text("Password updated")
    site.leave()
    site.expect_refused("ada@example.com", FIRST)
    site.sign_in("ada@example.com", SECOND)
    site.expect_signed_in("ada@example.com")


def test_deleted_account(site: Site) -> None:
    site.sign_in("ada@example.com", FIRST)
    site.click("Delete Account")
    site.click("Delete")
    expect(site.page.get_by_role("tab", name="Sign In")).to_be_visible()
    site.expect_refused("ada@example.com", FIRST)
