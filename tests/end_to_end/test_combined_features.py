"""Alias, client secret, MFA and remembered devices in one sign-in; and timestamps under other locales."""

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
from tests.support.users import create_user, make_pool

POOL = PoolModel("ON", (SMS, TOTP, EMAIL), challenges_devices=True, asks_to_remember=True)
HOLDER = "browser-1"


@pytest.mark.parametrize("admin", [False, True], ids=["public", "admin"])
def test_alias_client_secret_mfa_and_device_work_together(tmp_path: Path, admin: bool) -> None:
    clock = Clock()
    pool = make_pool(Emulator(clock, seed=1), clock, POOL)
    user = create_user(pool, UserModel(phone=True, enabled_factors=frozenset({SMS}), preferred=SMS))
    app, store = pool.make_app(secret=True), FileDeviceStore(tmp_path)
    operations: list[str] = []

    def make_auth() -> Authenticator:
        """Return a new authenticator, as another process would use. Only the device store is shared."""
        return Authenticator(
            app,
            pool.world.emulator.backend(),
            admin=admin,
            devices=store,
            stamp=pool.make_stamp,
            observe=lambda _, request, *__: operations.append(request.operation),
        )

    flow = make_auth().begin(Srp(user.email, user.password), holder=HOLDER, context=Context(client_metadata={"a": "1"}))
    flow = loads(dumps(flow), app)
    assert isinstance(flow.challenge, SmsMfa)
    flow = make_auth().answer(flow, flow.challenge.answer("000000"))
    assert isinstance(flow.challenge, SmsMfa)
    assert flow.challenge.rejected
    flow = loads(dumps(flow), app)
    assert flow.challenge
    flow = make_auth().answer(flow, user.answer(flow.challenge))
    assert isinstance(flow.state, SignedIn)
    assert flow.state.tokens.username == user.username
    assert operations[-2:] == ["ConfirmDevice", "UpdateDeviceStatus"]

    again = make_auth().begin(Srp(user.email, user.password), holder=HOLDER)
    assert isinstance(again.state, SignedIn), "the device replaces the second factor, whichever name was entered"
    assert operations[-2:] == [f"{'Admin' if admin else ''}RespondToAuthChallenge"] * 2
    elsewhere = make_auth().begin(Srp(user.email, user.password), holder="browser-2")
    assert isinstance(elsewhere.challenge, SmsMfa), "another browser of the same user needs the second factor"

    device = store.get(HOLDER, user.username)
    assert device
    pool.world.call_admin("AdminForgetDevice", user.username, DeviceKey=device.key)
    forgotten = make_auth().begin(Srp(user.email, user.password), holder=HOLDER)
    assert isinstance(forgotten.challenge, SmsMfa)
    assert store.get(HOLDER, user.username) is None
    assert forgotten.device_key is None


def test_totp_setup_can_resume_in_another_process_at_each_step() -> None:
    clock = Clock()
    pool = make_pool(Emulator(clock, seed=2), clock, POOL)
    user = create_user(pool, UserModel(email=False))
    app = pool.make_app(secret=True)

    def move(flow: Flow) -> Flow:
        return loads(dumps(flow), app)

    auth = Authenticator(app, pool.world.emulator.backend(), stamp=pool.make_stamp)
    flow = move(auth.begin(Srp(user.username, user.password)))
    assert flow.challenge
    flow = move(auth.answer(flow, user.answer(flow.challenge)))
    assert isinstance(flow.challenge, TotpSetup)
    wrong = user.make_wrong_answer(flow.challenge)
    assert wrong
    flow = move(auth.answer(flow, wrong))
    assert isinstance(flow.challenge, TotpSetup)
    assert flow.challenge.rejected
    flow = auth.answer(flow, user.answer(flow.challenge))
    assert isinstance(flow.state, SignedIn)
    flow = auth.begin(Srp(user.username, user.password))
    assert isinstance(flow.challenge, SoftwareTokenMfa)
    assert isinstance(auth.answer(flow, user.answer(flow.challenge)).state, SignedIn)


class GermanDatetime(datetime):
    """A datetime whose strftime behaves as under a German locale."""

    def strftime(self, format: str) -> str:  # noqa: A002 - datetime's own name
        return super().strftime(format.replace("%a", "Mi").replace("%b", "Dez"))


def test_timestamps_are_english_under_a_simulated_locale() -> None:
    at = GermanDatetime(2026, 12, 9, 9, 5, 3, tzinfo=UTC)
    assert f"{at:%a %b}" == "Mi Dez"
    assert format_timestamp(at) == "Wed Dec 9 09:05:03 UTC 2026"


def test_timestamps_are_english_under_a_real_locale() -> None:
    name = next((name for name in ("de_DE.UTF-8", "fr_FR.UTF-8", "ja_JP.UTF-8") if _has_locale(name)), None)
    if name is None:
        pytest.skip("no other locale than English is installed; the test above simulates one")
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


def _has_locale(name: str) -> bool:
    before = locale.setlocale(locale.LC_TIME)
    try:
        locale.setlocale(locale.LC_TIME, name)
    except locale.Error:
        return False
    finally:
        locale.setlocale(locale.LC_TIME, before)
    return True
