"""Chromium, with a virtual authenticator, registers passkeys and signs in with them, over HTTP at localhost."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Error, Page

from authflow.emulator import Emulator, running
from tests.support.browser import serving_files
from tests.support.emulator.passkeys import get_token, list_passkeys, make_passkey_pool
from tests.support.emulator.tokens import read_claims
from tests.support.emulator.world import Clock, World

HERE = Path(__file__).with_name("passkeys")


@pytest.fixture
def site() -> Iterator[str]:
    """The URL of a page on localhost, which is a secure origin."""
    with serving_files(HERE) as url:
        yield url.replace("127.0.0.1", "localhost")


def add_authenticator(page: Page, **options: Any) -> None:
    """Give the page a virtual authenticator."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    described = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
        **options,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": described})


def make_world() -> World:
    clock = Clock()
    world = World(Emulator(clock), clock, "", "")
    return make_passkey_pool(world, {"RelyingPartyId": "localhost", "UserVerification": "required"})


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({}, "Platform passkey"),
        ({"transport": "usb"}, "Roaming passkey"),
        ({"defaultBackupEligibility": True, "defaultBackupState": True}, "Platform passkey"),
    ],
    ids=str,
)
def test_registration_and_sign_in(page: Page, site: str, options: dict[str, Any], name: str) -> None:
    world = make_world()
    token = get_token(world)
    with running(lambda _: world.emulator) as url:
        page.goto(site)
        add_authenticator(page, **options)
        made = page.evaluate("([url, token]) => register(url, token)", [url, token])
        (listed,) = list_passkeys(world, token)
        assert (listed["CredentialId"], listed["FriendlyCredentialName"]) == (made["id"], name)
        for _ in range(2):
            result = page.evaluate("([url, client]) => signIn(url, client, 'ada')", [url, world.client_id])
            assert read_claims(result["AccessToken"])["username"] == "ada"
        with pytest.raises(Error, match="InvalidStateError"):  # by excludeCredentials
            page.evaluate("([url, token]) => register(url, token)", [url, token])


def test_an_authenticator_that_does_not_verify_the_user(page: Page, site: str) -> None:
    world = make_world()
    token = get_token(world)
    with running(lambda _: world.emulator) as url:
        page.goto(site)
        add_authenticator(page, isUserVerified=False)
        with pytest.raises(Error, match="NotAllowedError"):
            page.evaluate("([url, token]) => register(url, token)", [url, token])
    assert list_passkeys(world, token) == []
