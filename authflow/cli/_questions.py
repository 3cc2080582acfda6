"""What a person is told and asked at each challenge. A new challenge fails type checking here until it has both."""

import sys
from typing import Final, assert_never

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
from authflow.cli._terminal import ask, ask_hidden, ask_option, plain, say
from authflow.core.answers import Answer
from authflow.core.errors import AuthflowError, InvalidInput

OPTIONS: Final = {
    "SMS_MFA": "a code in a text message",
    "SMS_OTP": "a code in a text message",
    "EMAIL_OTP": "a code in an email",
    "SOFTWARE_TOKEN_MFA": "the code that an authenticator app shows",
    "PASSWORD": "the password, which is sent",
    "PASSWORD_SRP": "the password, which is proven and not sent",
}
LIGHT_ON_DARK: Final = "\x1b[97;40m{}\x1b[0m"


class Unanswerable(AuthflowError):
    """A challenge that can't be answered here; the text says what the person must do."""


def introduce(challenge: Challenge, issuer: str, account: str) -> None:  # noqa: C901, PLR0912 - a case for each
    """Say what a challenge is about.

    Args:
        challenge: asked for the first time.
        issuer: what an authenticator app calls the service.
        account: what it calls the account.

    Raises:
        Unanswerable: there is no answer to be given here.
    """
    match challenge:
        case SmsMfa() | EmailOtp() | SmsOtp():
            say(_sent(challenge))
        case SoftwareTokenMfa():
            named = f" ({plain(challenge.device_name)})" if challenge.device_name else ""
            say(f"A code of your authenticator app{named} is needed.")
        case SelectMfaType():
            _offer("Choose a second factor:", challenge.options, challenge.unknown)
        case MfaSetup():
            _introduce_setup(challenge)
        case TotpSetup():
            _draw(challenge, issuer, account)
        case NewPasswordRequired():
            say("The password was a temporary one: choose a new one.")
            if challenge.attributes:
                say(f"Known already: {', '.join(plain(name) for name, _ in challenge.attributes)}.")
        case CustomChallenge():
            say("The user pool asks:")
            for name, value in challenge.parameters:
                say(f"  {plain(name)}: {plain(value)}")
        case SelectChallenge():
            _offer("Choose how to sign in:", challenge.options, challenge.unknown)
        case PasswordChallenge():
            say(f"The password is needed ({challenge.kind}).")
        case DeviceSrp():
            raise Unanswerable("a remembered device is to prove itself, and it is not kept here: sign in without it")
        case _:
            assert_never(challenge)


def question(challenge: Challenge) -> Answer:  # noqa: PLR0911 - a case for each
    """Ask the person, and return the reply.

    Raises:
        InvalidInput: the reply can't be right.
        NoInput: there is none.
    """
    match challenge:
        case SmsMfa() | EmailOtp() | SmsOtp() | SoftwareTokenMfa() | TotpSetup():
            return challenge.answer(ask("code"))
        case SelectMfaType():
            return challenge.answer(ask_option(challenge.options))
        case MfaSetup():
            return _set_up(challenge)
        case NewPasswordRequired():
            return _new_password(challenge)
        case CustomChallenge():
            return challenge.answer(ask("answer"))
        case SelectChallenge():
            option = ask_option(challenge.options)
            hidden = ask_hidden("password") if option in challenge.options and option.startswith("PASSWORD") else None
            return challenge.answer(option, hidden)
        case PasswordChallenge():
            return challenge.answer(ask_hidden("password"))
        case DeviceSrp():
            raise AssertionError("introduced as unanswerable")
        case _:
            assert_never(challenge)


def _sent(challenge: SmsMfa | EmailOtp | SmsOtp) -> str:
    medium = {"SMS": " in a text message", "EMAIL": " in an email"}.get(challenge.medium or "", "")
    return f"A code was sent{medium}{f' to {plain(challenge.destination)}' if challenge.destination else ''}."


def _offer(title: str, options: tuple[str, ...], others: tuple[str, ...]) -> None:
    if not options:
        offered = ", ".join(map(plain, others)) or "nothing"
        raise Unanswerable(f"nothing is offered that can be answered here; offered: {offered}")
    say(title)
    for number, option in enumerate(options, 1):
        say(f"  {number}  {option:<20}{OPTIONS.get(option, '')}".rstrip())
    if others:
        say(f"  (not possible here: {', '.join(map(plain, others))})")


def _introduce_setup(challenge: MfaSetup) -> None:
    if not challenge.options:
        able = " or ".join(map(plain, challenge.elsewhere)) or "a second factor"
        raise Unanswerable(
            f"a second factor is required, and none can be set up here: have an administrator set up {able} "
            "(a text message needs your phone number), then sign in again"
        )
    _offer("A second factor is required, and you have none yet. It can be:", challenge.options, challenge.elsewhere)


def _set_up(challenge: MfaSetup) -> Answer:
    option = challenge.options[0] if len(challenge.options) == 1 else ask_option(challenge.options)
    if option == "EMAIL_OTP":
        return challenge.answer_email(ask("email address"))
    if option == "SOFTWARE_TOKEN_MFA":
        return challenge.answer_totp()
    raise InvalidInput("choice", f"must be one of {', '.join(challenge.options)}")


def _draw(challenge: TotpSetup, issuer: str, account: str) -> None:
    say("Let your authenticator app read this, or type the secret in:")
    form = LIGHT_ON_DARK if sys.stderr.isatty() else "{}"
    for line in _qr.drawn(challenge.uri(issuer, account), sys.stderr.encoding):
        say(form.format(line))
    say(f"secret: {challenge.secret}")
    say("Then type the code that it shows.")


def _new_password(challenge: NewPasswordRequired) -> Answer:
    password = ask_hidden("new password")
    if ask_hidden("new password again") != password:
        raise InvalidInput("new password", "the two differ")
    attributes = {name: ask(plain(name)) for name in challenge.required_attributes}
    return challenge.answer(password, **attributes)
