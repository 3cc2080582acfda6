"""What `authflow sign-in` says of the device that it signs in from."""

from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest

from authflow import Authenticator, BackendError, Device, Failed, Reason
from authflow.cli.signing_in import sign_in
from authflow.remember_device import Kept
from tests.emulator.world import PASSWORD, World
from tests.test_sign_in_command import Site

DEVICE = Device("key", "group", "secret")


@pytest.mark.parametrize(
    ("outcome", "says"),
    [
        (Kept(DEVICE, remembered=True), "is remembered as a device of yours"),
        (Kept(DEVICE, remembered=False), "is known as a device of yours, but it does not stand for a second factor"),
        (Failed("LimitExceededException", "", Reason.OTHER), "is not remembered: LimitExceededException"),
        (BackendError("ConfirmDevice: ReadTimeoutError"), "is not remembered: ConfirmDevice: ReadTimeoutError"),
    ],
)
def test_whatever_becomes_of_the_device_the_person_is_signed_in(
    site: Site,
    tracked: World,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    outcome: Kept | Failed | BackendError,
    says: str,
) -> None:
    monkeypatch.setattr(Authenticator, "remember_device", Mock(side_effect=[remembering(outcome)]))
    monkeypatch.setattr("sys.stdin", StringIO(f"{PASSWORD}\n"))
    assert sign_in(site.settings(tracked, devices=tmp_path)) == 0
    shown = capsys.readouterr()
    assert shown.out.startswith("signed in as ada\n")
    assert f"This installation {says}" in shown.err


def remembering(outcome: Kept | Failed | BackendError) -> Any:
    return outcome if isinstance(outcome, BackendError) else SimpleNamespace(state=outcome)
