"""The errors of functions that take secrets as text: no frame of authflow holds one."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from authflow import (
    AppClient,
    Choice,
    Custom,
    Device,
    FileDeviceStore,
    Flow,
    InvalidInput,
    Password,
    Refresh,
    Secret,
    SnapshotError,
    Srp,
    Stamp,
    begin,
    dumps,
    loads,
    seal,
    unseal,
)
from authflow.backends.http import AsyncHttpBackend, HttpBackend
from authflow.challenges import (
    CustomChallenge,
    NewPasswordRequired,
    PasswordChallenge,
    SelectChallenge,
    SmsMfa,
    TotpSetup,
)
from authflow.core.form import SIGN_IN_FORM
from tests.drivers.test_frames import list_frames
from tests.support.replies import challenge
from tests.support.samples import APP, stamp

MARK = "Secret-Mark-1"
KEY = b"Secret-Mark-1".ljust(32, b"k")
QUESTION: Any = {"session": Secret(MARK), "asked_at": datetime(2026, 1, 1, tzinfo=UTC)}
WRONG_ARGUMENTS: dict[str, Callable[[], object]] = {
    "Srp": lambda: Srp("ada ", MARK),
    "Password": lambda: Password("", MARK),
    "Custom": lambda: Custom("ada\n", MARK),
    "Choice": lambda: Choice("ada", "EMAIL_OTP", MARK),
    "Choice, Session": lambda: Choice("", session=MARK),
    "Refresh": lambda: Refresh(MARK, "a b"),
    "AppClient": lambda: AppClient("eu-west-1_Ab12Cd34E", "client id", MARK),
    "Device": lambda: Device("", "-Gr0up", MARK),
    "Secret": lambda: Secret(MARK.encode()),  # type: ignore[arg-type]
    "Stamp": lambda: Stamp(datetime.now(UTC), MARK.encode()),
    "a new password": lambda: NewPasswordRequired(**QUESTION, required_attributes=("name",)).answer(MARK),
    "a choice": lambda: SelectChallenge(**QUESTION, options=("PASSWORD",)).answer("SMS_OTP", MARK),
    "a password": lambda: PasswordChallenge(**QUESTION, kind="PASSWORD").answer(MARK * 100),
    "a code": lambda: SmsMfa(**QUESTION).answer(MARK),
    "a form": lambda: SmsMfa(**QUESTION).answer_from({"code": MARK}),
    "a form of attributes": lambda: NewPasswordRequired(**QUESTION, required_attributes=("name",)).answer_from(
        {"new_password": MARK, "attributes.name": 5}
    ),
    "a form without an action": lambda: SelectChallenge(**QUESTION, options=("PASSWORD",)).answer_from(
        {"password": MARK}, "SMS_OTP"
    ),
    "no form": lambda: SmsMfa(**QUESTION).answer_from([MARK]),  # type: ignore[arg-type]
    "the form before a sign-in": lambda: SIGN_IN_FORM.find_action().read({"password": MARK}),
    "a first code": lambda: TotpSetup(**QUESTION, secret=Secret("A")).answer(MARK),
    "an answer": lambda: CustomChallenge(**QUESTION).answer(MARK * 10_000_000),
    "a proxy": lambda: HttpBackend(proxy=f"https://user:{MARK}@proxy.example"),
    "a proxy, async": lambda: AsyncHttpBackend(proxy=f"https://user:{MARK}@proxy.example"),
    "a key as hex": lambda: seal(asked(), MARK),  # type: ignore[arg-type]
}


def asked() -> Flow:
    return begin(APP, Password("ada", "pw"), stamp()).receive(challenge("SMS_MFA", MARK), stamp())


def write_token(**settings: object) -> str:
    return seal(asked(), KEY, **settings)  # type: ignore[arg-type]


UNREADABLE: dict[str, Callable[[], object]] = {
    "an expired token": lambda: unseal(write_token(stamp=stamp(), lifetime=timedelta(seconds=1)), KEY, APP),
    "a token of another browser": lambda: unseal(write_token(bound_to="a"), KEY, APP, bound_to="b"),
    "a shortened token": lambda: unseal(write_token()[:-9], KEY, APP),
    "a shortened snapshot": lambda: loads(dumps(asked())[:-9], APP),
    "an altered snapshot": lambda: loads(dumps(asked()).replace("sms_mfa", "email_otp"), APP),
}


def find_marks(error: BaseException) -> list[str]:
    frames = list_frames(error)
    assert frames
    return [frame for frame in frames if MARK in frame]


@pytest.mark.parametrize("case", WRONG_ARGUMENTS)
def test_a_wrong_argument_shows_no_secret(case: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        WRONG_ARGUMENTS[case]()
    assert find_marks(caught.value) == []


@pytest.mark.parametrize("case", UNREADABLE)
def test_an_unreadable_snapshot_shows_neither_its_content_nor_the_key(case: str) -> None:
    with pytest.raises(SnapshotError) as caught:
        UNREADABLE[case]()
    assert find_marks(caught.value) == []


def test_a_device_that_cannot_be_stored_shows_no_secret(tmp_path: Path) -> None:
    store = FileDeviceStore(tmp_path / "devices")
    (tmp_path / "devices").rmdir()
    with pytest.raises(OSError, match="devices") as caught:
        store.put("laptop", "ada", Device("eu-west-1_0f3c", "-Gr0up", MARK))
    assert find_marks(caught.value) == []


def test_a_device_that_cannot_be_read_shows_no_secret(tmp_path: Path) -> None:
    store = FileDeviceStore(tmp_path)
    store.put("laptop", "ada", Device("eu-west-1_0f3c", "-Gr0up", MARK))
    [file] = tmp_path.glob("device-*")
    file.write_text(file.read_text().replace("group_key", "groupkey"))
    with pytest.raises(SnapshotError) as caught:
        store.get("laptop", "ada")
    assert find_marks(caught.value) == []
