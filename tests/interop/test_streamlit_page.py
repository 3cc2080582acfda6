"""The Streamlit page of docs/forms.md shows questions from their forms, and signs people in."""

import re
from pathlib import Path
from typing import Any

import pyotp
import pytest
from streamlit.testing.v1 import AppTest

from authflow import AppClient, Authenticator
from authflow.emulator import Emulator
from tests.support.emulator import mfa
from tests.support.emulator.world import OTHER_PASSWORD, PASSWORD, TEMPORARY, Clock, World

DOCS = Path(__file__).parents[2] / "docs"
CONTACTS = {"email": "ada@example.com", "email_verified": "true"}
CALL = """
from authflow.messages import load_messages
from tests.interop.test_streamlit_page import AUTH
show_login(AUTH[0], load_messages(["de"]), "Example")
"""
AUTH: list[Authenticator] = []


def read_page() -> str:
    blocks = re.findall(r"```python\n(.*?)```", (DOCS / "forms.md").read_text("utf-8"), re.DOTALL)
    [page] = [block for block in blocks if "def show_login" in block]
    return str(page)


@pytest.fixture
def world() -> World:
    clock = Clock()
    return World(Emulator(clock=clock), clock, "", "").make_pool()


def open_page(world: World) -> Any:
    AUTH[:] = [Authenticator(AppClient(world.pool_id, world.client_id), world.emulator.backend())]
    page = AppTest.from_string(read_page() + CALL, default_timeout=30).run()
    assert not page.exception
    return page


def take(page: Any, *entered: str, button: int = 0) -> list[str]:
    """Enter values, press a button, and return the texts that are shown then."""
    for each, value in zip(page.text_input, entered, strict=True):
        each.set_value(value)
    page.button[button].click().run()
    assert not page.exception
    return [str(each.value) for each in (*page.error, *page.success, *page.text)]


def test_a_code_by_email_signs_in(world: World) -> None:
    world.make_user("ada", **CONTACTS)
    mfa.configure(world, "ON", mfa.EMAIL)
    page = open_page(world)
    assert take(page, "ada", PASSWORD) == ["Ein Code wurde per E-Mail an a***@e*** gesendet."]
    assert take(page, "12")[0] == "Bitte geben Sie den vollständigen Code ein, der nur aus Ziffern besteht."
    code = world.get_last_message().code
    assert take(page, mfa.make_other_code(code))[0].startswith("Dieser Code ist nicht richtig.")
    assert take(page, code) == ["Sie sind angemeldet."]


def test_a_wrong_password_can_be_corrected(world: World) -> None:
    world.make_user("ada")
    page = open_page(world)
    assert take(page, "ada", "wrong")[0].startswith("Benutzername, Passwort oder Code sind nicht richtig.")
    assert take(page, "ada", PASSWORD) == ["Sie sind angemeldet."]


def test_an_authenticator_app_is_set_up(world: World) -> None:
    world.make_user("ada")
    mfa.configure(world, "ON", mfa.TOTP, mfa.EMAIL)
    page = open_page(world)
    take(page, "ada", PASSWORD)
    assert [each.label for each in page.button] == ["Authenticator-App einrichten", "Codes per E-Mail einrichten"]
    take(page, "", button=0)
    app = pyotp.TOTP(page.code[0].value)
    assert take(page, app.at(int(world.clock.now.timestamp())), "") == ["Sie sind angemeldet."]


def test_a_new_password_is_chosen(world: World) -> None:
    name: Any = {"Name": "family_name", "AttributeDataType": "String", "Required": True, "Mutable": True}
    world = world.make_pool(Schema=[name])
    world.invite("ada", TEMPORARY)
    page = open_page(world)
    take(page, "ada", TEMPORARY)
    assert [each.label for each in page.text_input] == ["Neues Passwort", "Nachname"]
    assert take(page, OTHER_PASSWORD, "Lovelace") == ["Sie sind angemeldet."]
