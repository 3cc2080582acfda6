"""Alias sign-in, a client secret, MFA and remembered devices, all at once; and a locale that is not English."""

import locale
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from authflow import Authenticator, Context, FileDeviceStore, Flow, SignedIn, Srp, dumps, loads
from authflow.challenges import SmsMfa, SoftwareTokenMfa, TotpSetup
from authflow.core.srp import format_timestamp
from authflow.emulator import Emulator
from tests.support.emulator.world import Clock
from tests.support.model import EMAIL, SMS, TOTP, PoolModel, UserModel
from tests.support.people import register, site

POOL = PoolModel("ON", (SMS, TOTP, EMAIL), challenges_devices=True, asks_to_remember=True)
HOLDER = "browser-1"


@pytest.mark.parametrize("admin", [False, True], ids=["public", "admin"])
def test_alias_secret_mfa_and_device(tmp_path: Path, admin: bool) -> None:
    clock = Clock()
    place = site(Emulator(clock, seed=1), clock, POOL)
    person = register(place, UserModel(phone=True, enabled_factors=frozenset({SMS}), preferred=SMS))
    app, store = place.app(secret=True), FileDeviceStore(tmp_path)
    operations: list[str] = []

    def auth() -> Authenticator:
        """As after a change of process: nothing is kept but the store."""
        return Authenticator(
            app,
            place.world.emulator.backend(),
            admin=admin,
            devices=store,
            stamp=place.stamp,
            observe=lambda _, request, *__: operations.append(request.operation),
        )

    flow = auth().begin(Srp(person.email, person.password), holder=HOLDER, context=Context(client_metadata={"a": "1"}))
    flow = loads(dumps(flow), app)
    assert isinstance(flow.challenge, SmsMfa)
    flow = auth().answer(flow, flow.challenge.answer("000000"))
    assert isinstance(flow.challenge, SmsMfa)
    assert flow.challenge.rejected
    flow = loads(dumps(flow), app)
    assert flow.challenge
    flow = auth().answer(flow, person.answer(flow.challenge))
    assert isinstance(flow.state, SignedIn)
    assert flow.state.tokens.username == person.username
    assert operations[-2:] == ["ConfirmDevice", "UpdateDeviceStatus"]

    again = auth().begin(Srp(person.email, person.password), holder=HOLDER)
    assert isinstance(again.state, SignedIn), "the device stands for the second factor, whatever was typed"
    assert operations[-2:] == [f"{'Admin' if admin else ''}RespondToAuthChallenge"] * 2
    elsewhere = auth().begin(Srp(person.email, person.password), holder="browser-2")
    assert isinstance(elsewhere.challenge, SmsMfa), "another browser of the same person has to prove more"

    key = store.get(HOLDER, person.username)
    assert key
    place.world.admin("AdminForgetDevice", person.username, DeviceKey=key.key)
    forgotten = auth().begin(Srp(person.email, person.password), holder=HOLDER)
    assert isinstance(forgotten.challenge, SmsMfa)
    assert store.get(HOLDER, person.username) is None
    assert forgotten.device_key is None


def test_totp_set_up_survives_a_change_of_process_at_each_step() -> None:
    clock = Clock()
    place = site(Emulator(clock, seed=2), clock, POOL)
    person = register(place, UserModel(email=False))
    app = place.app(secret=True)

    def moved(flow: Flow) -> Flow:
        return loads(dumps(flow), app)

    auth = Authenticator(app, place.world.emulator.backend(), stamp=place.stamp)
    flow = moved(auth.begin(Srp(person.username, person.password)))
    assert flow.challenge
    flow = moved(auth.answer(flow, person.answer(flow.challenge)))
    assert isinstance(flow.challenge, TotpSetup)
    wrong = person.wrong_answer(flow.challenge)
    assert wrong
    flow = moved(auth.answer(flow, wrong))
    assert isinstance(flow.challenge, TotpSetup)
    assert flow.challenge.rejected
    flow = auth.answer(flow, person.answer(flow.challenge))
    assert isinstance(flow.state, SignedIn)
    flow = auth.begin(Srp(person.username, person.password))
    assert isinstance(flow.challenge, SoftwareTokenMfa)
    assert isinstance(auth.answer(flow, person.answer(flow.challenge)).state, SignedIn)


class German(datetime):
    """A datetime as it writes itself under a German locale."""

    def strftime(self, format: str) -> str:  # noqa: A002 - datetime's own name
        return super().strftime(format.replace("%a", "Mi").replace("%b", "Dez"))


def test_timestamps_are_english_whatever_the_locale() -> None:
    at = German(2026, 12, 9, 9, 5, 3, tzinfo=UTC)
    assert f"{at:%a %b}" == "Mi Dez"
    assert format_timestamp(at) == "Wed Dec 9 09:05:03 UTC 2026"


def test_timestamps_under_a_real_locale_that_is_not_english() -> None:
    name = next((name for name in ("de_DE.UTF-8", "fr_FR.UTF-8", "ja_JP.UTF-8") if _exists(name)), None)
    if name is None:
        pytest.skip("no locale but English ones is installed here; the test above stands in")
    code = (
        "import locale, datetime\n"
        "locale.setlocale(locale.LC_ALL, '')\n"
        "from authflow.core.srp import format_timestamp\n"
        "at = datetime.datetime(2026, 12, 9, 9, 5, 3, tzinfo=datetime.timezone.utc)\n"
        "print(format_timestamp(at), at.strftime('%a %b'), sep='; ')\n"
    )
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", code],
        env=os.environ | {"LC_ALL": name},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    ours, theirs = done.stdout.strip().split("; ")
    assert ours == "Wed Dec 9 09:05:03 UTC 2026"
    assert theirs != "Wed Dec"


def _exists(name: str) -> bool:
    before = locale.setlocale(locale.LC_TIME)
    try:
        locale.setlocale(locale.LC_TIME, name)
    except locale.Error:
        return False
    finally:
        locale.setlocale(locale.LC_TIME, before)
    return True
