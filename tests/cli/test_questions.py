"""The parts of ``authflow sign-in``: questions, messages, and the installation's ID."""

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest

from authflow import InvalidInput
from authflow.challenges import (
    Challenge,
    CustomChallenge,
    DeviceSrp,
    EmailOtp,
    MfaSetup,
    NewPasswordRequired,
    PasswordChallenge,
    SelectChallenge,
    SelectMfaType,
    SmsMfa,
    SmsOtp,
    SoftwareTokenMfa,
    TotpSetup,
)
from authflow.cli import _qr
from authflow.cli._installation import load_holder
from authflow.cli._questions import Unanswerable, ask_for_answer, introduce
from authflow.cli._sign_in import decode_claims
from authflow.cli._terminal import NoInput, ask
from authflow.core.secret import Secret

AT = datetime(2026, 11, 7, 9, 5, 3, tzinfo=UTC)
ASKED: Any = {"session": "s" * 20, "asked_at": AT}


def set_input(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    monkeypatch.setattr("sys.stdin", StringIO("".join(f"{line}\n" for line in lines)))


@pytest.mark.parametrize(
    ("challenge", "lines"),
    [
        (SmsMfa(**ASKED), ["123456"]),
        (SmsOtp(**ASKED), ["123456"]),
        (EmailOtp(**ASKED, medium="PIGEON", destination="the \x1b[2Jroof"), ["123456"]),
        (SoftwareTokenMfa(**ASKED, device_name="my \x1b[2Jphone"), ["123456"]),
        (SelectMfaType(**ASKED, options=("SMS_MFA",), unknown=("\x1b[2J",)), ["1"]),
        (MfaSetup(**ASKED, options=("SOFTWARE_TOKEN_MFA",), elsewhere=("SMS_MFA",)), []),
        (TotpSetup(**ASKED, secret=Secret("ABCDEFGH")), ["123456"]),
        (NewPasswordRequired(**ASKED, required_attributes=("\x1b[2J",)), ["hidden", "hidden", "a"]),
        (CustomChallenge(**ASKED, parameters=(("\x1b[2J", "a\nb"),)), ["yes"]),
        (SelectChallenge(**ASKED, options=("PASSWORD",)), ["PASSWORD", "hidden"]),
        (PasswordChallenge(**ASKED, kind="ADMIN_NO_SRP_AUTH"), ["hidden"]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_each_challenge_is_introduced_on_stderr_and_answered(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], challenge: Challenge, lines: list[str]
) -> None:
    set_input(monkeypatch, *lines)
    introduce(challenge, "issuer", "account")
    assert ask_for_answer(challenge).digest == challenge.digest
    shown = capsys.readouterr()
    assert shown.out == "", "stdout is for the result"
    assert shown.err
    assert "\x1b" not in shown.err, "text from the network can't move the cursor"
    assert "hidden" not in shown.err


@pytest.mark.parametrize(
    ("challenge", "message"),
    [
        (DeviceSrp(**ASKED), "Cognito asks for a remembered device"),
        (MfaSetup(**ASKED), "ask an administrator to set up a second factor"),
        (SelectMfaType(**ASKED, unknown=("PIGEON\n",)), r"offered: PIGEON\\n$"),
        (SelectChallenge(**ASKED), "offered: nothing$"),
    ],
)
def test_an_unanswerable_challenge_says_what_to_do(challenge: Challenge, message: str) -> None:
    with pytest.raises(Unanswerable, match=message):
        introduce(challenge, "issuer", "account")


def test_input_that_is_not_text_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(b"\xff\n"), "utf-8"))
    with pytest.raises(NoInput, match="not text in the terminal's encoding"):
        ask("answer")


def test_no_qr_code_is_drawn_if_the_encoding_has_no_block_characters() -> None:
    assert _qr.draw("otpauth://totp/a:b?secret=C", "latin-1") == []
    assert _qr.draw("otpauth://totp/a:b?secret=C", None) == []


def test_an_installation_keeps_its_id(tmp_path: Path) -> None:
    holder = load_holder(tmp_path)
    assert holder == load_holder(tmp_path)
    [path] = tmp_path.iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_text("../..")
    with pytest.raises(InvalidInput, match="does not hold an installation ID"):
        load_holder(tmp_path)


def test_concurrent_first_calls_return_the_same_id(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(load_holder, [tmp_path] * 50))) == 1
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("token", ["", "a", "a.b.c", "a.W10.c"])
def test_an_id_token_that_is_not_a_jwt_has_no_claims(token: str) -> None:
    assert decode_claims(token) == {}
