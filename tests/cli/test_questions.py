"""The parts of ``authflow sign-in``: questions, messages, and the installation's ID."""

import stat
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from typing import Any, ClassVar

import pytest

from authflow import Action, Answer, InvalidInput, Refusal
from authflow.challenges import (
    BaseChallenge,
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
from authflow.cli import _qr, _sign_in
from authflow.cli._installation import load_holder
from authflow.cli._questions import Unanswerable, ask_for_answer, introduce
from authflow.cli._sign_in import decode_claims
from authflow.cli._terminal import NoInput, ask
from authflow.core._describing import make_action, make_field
from authflow.core.form import Kind
from authflow.core.requests import Request
from authflow.core.secret import Secret
from authflow.machines.sign_in.table import ASKS_AGAIN
from authflow.messages import LANGUAGES, load_messages
from tests.support.openings import find_opening, needs_admin
from tests.support.replies import CHALLENGES as REPLIES

AT = datetime(2026, 11, 7, 9, 5, 3, tzinfo=UTC)
ENGLISH = load_messages(["en"])
ASKED: Any = {"session": "s" * 20, "asked_at": AT}


def set_input(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    monkeypatch.setattr("sys.stdin", StringIO("".join(f"{line}\n" for line in lines)))


CASES: list[tuple[Challenge, list[str]]] = [
    (SmsMfa(**ASKED), ["123456"]),
    (SmsOtp(**ASKED), ["123456"]),
    (EmailOtp(**ASKED, medium="PIGEON", destination="the \x1b[2Jroof"), ["123456"]),
    (SoftwareTokenMfa(**ASKED, device_name="my \x1b[2Jphone"), ["123456"]),
    (SelectMfaType(**ASKED, options=("SMS_MFA",), unknown=("\x1b[2J",)), []),
    (MfaSetup(**ASKED, options=("SOFTWARE_TOKEN_MFA",), elsewhere=("SMS_MFA",)), []),
    (MfaSetup(**ASKED, options=("SOFTWARE_TOKEN_MFA", "EMAIL_OTP")), ["2", "ada@example.com"]),
    (TotpSetup(**ASKED, secret=Secret("ABCDEFGH")), ["123456", ""]),
    (NewPasswordRequired(**ASKED, required_attributes=("\x1b[2J",)), ["hidden", "hidden", "a"]),
    (CustomChallenge(**ASKED, parameters=(("\x1b[2J", "a\nb"),)), ["yes"]),
    (SelectChallenge(**ASKED, options=("PASSWORD", "EMAIL_OTP")), ["PASSWORD", "hidden"]),
    (PasswordChallenge(**ASKED, kind="ADMIN_NO_SRP_AUTH"), ["hidden"]),
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("challenge", "lines"), CASES, ids=lambda value: type(value).__name__)
def test_each_challenge_is_introduced_on_stderr_and_answered(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    challenge: Challenge,
    lines: list[str],
    language: str,
) -> None:
    set_input(monkeypatch, *lines)
    form, messages = challenge.form("issuer", "account"), load_messages([language])
    introduce(form, messages)
    assert ask_for_answer(challenge, form, messages).digest == challenge.digest
    shown = capsys.readouterr()
    assert shown.out == "", "stdout is for the result"
    assert shown.err
    assert "\x1b" not in shown.err, "text from the network can't move the cursor"
    assert "hidden" not in shown.err


@pytest.mark.parametrize(
    ("challenge", "message"),
    [
        (DeviceSrp(**ASKED), "needs a remembered device"),
        (MfaSetup(**ASKED), "Ask an administrator to set one up"),
        (MfaSetup(**ASKED, elsewhere=("SMS_MFA",)), "Ask an administrator to add your phone number"),
        (SelectMfaType(**ASKED, unknown=("PIGEON\n",)), "none of yours can be used here"),
        (SelectChallenge(**ASKED), "None of your ways to sign in can be used here"),
    ],
)
def test_an_unanswerable_challenge_says_what_to_do(challenge: Challenge, message: str) -> None:
    with pytest.raises(Unanswerable, match=message):
        introduce(challenge.form(), ENGLISH)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiz(BaseChallenge):
    """A question that the command line has never seen, with several ways to answer."""

    NAME: ClassVar[str] = "PASSWORD"  # whose texts exist

    with_passkey_only: bool = False

    def list_actions(self) -> tuple[Action, ...]:
        passkey = make_action("EMAIL_OTP", make_field("challenge.password", "credential"))
        colour = replace(make_field("challenge.select_challenge", "password"), kind=Kind.TEXT, options=("red", "blue"))
        others = (make_action("answer", colour), make_action("totp"))
        return (passkey,) if self.with_passkey_only else (passkey, *others)

    def answer(self, password: str) -> Answer:
        return Answer(self.digest, (("COLOUR", password),))

    def answer_totp(self) -> Answer:
        return Answer(self.digest, (("TOTP", "yes"),))


def test_a_new_question_needs_no_change_and_other_actions_replace_a_passkey(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    set_input(monkeypatch, "3", "", "answer", "", "1", "red")
    quiz = Quiz(**ASKED)
    introduce(quiz.form(), ENGLISH)
    assert ask_for_answer(quiz, quiz.form(), ENGLISH).responses == (("COLOUR", "red"),)
    assert capsys.readouterr().err.splitlines() == [
        "Enter your password.",
        "A passkey can't be used in a terminal.",
        *["  1  Continue", "  2  Set up an authenticator app"],
        *["Number: ", "Please type a number from 1 to 2."] * 2,
        *[
            "Number: ",
            "Password [red, blue]: ",
            "Please check this entry: it is missing, too long, or has characters that are not allowed.",
        ],
        *["  1  Continue", "  2  Set up an authenticator app"],
        *["Number: ", "Password [red, blue]: "],
    ]


def test_a_question_that_needs_a_passkey_is_for_a_browser() -> None:
    with pytest.raises(Unanswerable, match="sign in with a web browser"):
        introduce(Quiz(**ASKED, with_passkey_only=True).form(), ENGLISH)


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


# --- no text of Cognito's

SAID = "Cognito says so"
LINES = {
    "SMS_MFA": ["123456"],
    "EMAIL_OTP": ["123456"],
    "SMS_OTP": ["123456"],
    "SOFTWARE_TOKEN_MFA": ["123456"],
    "SELECT_MFA_TYPE": ["1"],
    "MFA_SETUP": ["2", "ada@example.com"],
    "NEW_PASSWORD_REQUIRED": ["pw", "pw", "Hopper"],
    "CUSTOM_CHALLENGE": ["4"],
    "SELECT_CHALLENGE": ["2"],
    "PASSWORD": ["pw"],
    "PASSWORD_SRP": ["pw"],
    "ADMIN_NO_SRP_AUTH": ["pw"],
}
CODES = sorted({code for _, code in ASKS_AGAIN} | {"NotAuthorizedException", "UserLambdaValidationException"})


class Talkative:
    """A backend that asks one challenge, and refuses every answer with a text."""

    def __init__(self, name: str, code: str) -> None:
        self._replies: list[Any] = [REPLIES[name]] if name else []
        self._code = code

    def call(self, request: Request) -> Any:
        if self._replies:
            return self._replies.pop()
        assert request.operation
        raise Refusal(self._code, SAID)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["", *LINES])
@pytest.mark.parametrize("code", CODES)
def test_the_command_line_shows_no_text_of_cognito(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, code: str, language: str
) -> None:
    monkeypatch.setattr(_sign_in, "Boto3Backend", lambda **_: Talkative(name, code))
    monkeypatch.setenv("LANGUAGE", language)
    flow = {"Choice": "choice", "Custom": "custom", "Password": "password"}[type(find_opening(name)).__name__]
    set_input(monkeypatch, *(["pw"] if flow == "password" else []), *LINES.get(name, []) * 2)
    settings = _sign_in.Settings(
        pool_id="eu-west-1_a",
        client_id="b",
        client_secret=None,
        endpoint_url=None,
        region=None,
        flow=flow,
        preferred=None,
        username="ada",
        admin=needs_admin(name),
        devices=None,
        client_metadata={},
        show_tokens=False,
    )
    with suppress(NoInput):  # raised where the question is asked again and again
        assert _sign_in.sign_in(settings) == 1
    shown = capsys.readouterr()
    assert shown.err
    assert SAID not in shown.out + shown.err
