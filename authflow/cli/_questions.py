"""What the user is told and asked at each challenge. Type checking fails here if a challenge is missing."""

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
from authflow.cli._terminal import ask, ask_hidden, ask_option, say
from authflow.core._texts import escape
from authflow.core.answers import Answer
from authflow.core.errors import AuthflowError, InvalidInput

OPTIONS: Final = {
    "SMS_MFA": "a code by text message",
    "SMS_OTP": "a code by text message",
    "EMAIL_OTP": "a code by email",
    "SOFTWARE_TOKEN_MFA": "a code from an authenticator app",
    "PASSWORD": "the password, sent to Cognito",
    "PASSWORD_SRP": "the password, proven by SRP and never sent",
}
LIGHT_ON_DARK: Final = "\x1b[97;40m{}\x1b[0m"


class Unanswerable(AuthflowError):
    """The command line can't answer this challenge. The text says what the user can do."""


def introduce(challenge: Challenge, issuer: str, account: str) -> None:  # noqa: C901, PLR0912 - a case for each
    """Explain a challenge when it is asked for the first time.

    Args:
        challenge: the challenge.
        issuer: the service's name in an authenticator app.
        account: the account's name in an authenticator app.

    Raises:
        Unanswerable: the command line can't answer it.
    """
    match challenge:
        case SmsMfa() | EmailOtp() | SmsOtp():
            say(_describe_delivery(challenge))
        case SoftwareTokenMfa():
            name = f" ({escape(challenge.device_name)})" if challenge.device_name else ""
            say(f"Enter a code from your authenticator app{name}.")
        case SelectMfaType():
            _show_options("Choose a second factor:", challenge.options, challenge.unknown)
        case MfaSetup():
            _introduce_setup(challenge)
        case TotpSetup():
            _show_totp_secret(challenge, issuer, account)
        case NewPasswordRequired():
            say("Your password is temporary. Choose a new one.")
            if challenge.attributes:
                say(f"Already set: {', '.join(escape(name) for name, _ in challenge.attributes)}.")
        case CustomChallenge():
            say("The user pool asks:")
            for name, value in challenge.parameters:
                say(f"  {escape(name)}: {escape(value)}")
        case SelectChallenge():
            _show_options("Choose how to sign in:", challenge.options, challenge.unknown)
        case PasswordChallenge():
            say(f"Enter your password ({challenge.kind}).")
        case DeviceSrp():
            raise Unanswerable("Cognito asks for a remembered device that is not stored here: sign in without it")
        case _:
            assert_never(challenge)


def ask_for_answer(challenge: Challenge) -> Answer:  # noqa: PLR0911 - a case for each
    """Ask the user and return the answer.

    Raises:
        InvalidInput: the answer is not valid.
        NoInput: the input has ended, or is not text.
    """
    match challenge:
        case SmsMfa() | EmailOtp() | SmsOtp() | SoftwareTokenMfa() | TotpSetup():
            return challenge.answer(ask("code"))
        case SelectMfaType():
            return challenge.answer(ask_option(challenge.options))
        case MfaSetup():
            return _ask_for_setup(challenge)
        case NewPasswordRequired():
            return _ask_for_new_password(challenge)
        case CustomChallenge():
            return challenge.answer(ask("answer"))
        case SelectChallenge():
            option = ask_option(challenge.options)
            hidden = ask_hidden("password") if option in challenge.options and option.startswith("PASSWORD") else None
            return challenge.answer(option, hidden)
        case PasswordChallenge():
            return challenge.answer(ask_hidden("password"))
        case DeviceSrp():
            raise AssertionError("introduce has raised Unanswerable")
        case _:
            assert_never(challenge)


def _describe_delivery(challenge: SmsMfa | EmailOtp | SmsOtp) -> str:
    medium = {"SMS": " by text message", "EMAIL": " by email"}.get(challenge.medium or "", "")
    return f"A code was sent{medium}{f' to {escape(challenge.destination)}' if challenge.destination else ''}."


def _show_options(title: str, options: tuple[str, ...], others: tuple[str, ...]) -> None:
    if not options:
        offered = ", ".join(map(escape, others)) or "nothing"
        raise Unanswerable(f"this command supports none of the offered options; offered: {offered}")
    say(title)
    for number, option in enumerate(options, 1):
        say(f"  {number}  {option:<20}{OPTIONS.get(option, '')}".rstrip())
    if others:
        say(f"  (not supported here: {', '.join(map(escape, others))})")


def _introduce_setup(challenge: MfaSetup) -> None:
    if not challenge.options:
        factors = " or ".join(map(escape, challenge.elsewhere)) or "a second factor"
        raise Unanswerable(
            f"a second factor is required, and none can be set up here: ask an administrator to set up {factors} "
            "(SMS_MFA needs your phone number), then sign in again"
        )
    title = "A second factor is required, and you have none yet. You can set up:"
    _show_options(title, challenge.options, challenge.elsewhere)


def _ask_for_setup(challenge: MfaSetup) -> Answer:
    option = challenge.options[0] if len(challenge.options) == 1 else ask_option(challenge.options)
    if option == "EMAIL_OTP":
        return challenge.answer_email(ask("email address"))
    if option == "SOFTWARE_TOKEN_MFA":
        return challenge.answer_totp()
    raise InvalidInput("choice", f"must be one of {', '.join(challenge.options)}")


def _show_totp_secret(challenge: TotpSetup, issuer: str, account: str) -> None:
    picture = _qr.draw(challenge.uri(issuer, account), sys.stderr.encoding)
    say(
        "Scan this QR code with your authenticator app, or enter the secret there:" if picture else "Enter this secret:"
    )
    form = LIGHT_ON_DARK if sys.stderr.isatty() else "{}"
    for line in picture:
        say(form.format(line))
    say(f"secret: {escape(challenge.secret.reveal())}")
    say("Then type the code that the app shows.")


def _ask_for_new_password(challenge: NewPasswordRequired) -> Answer:
    password = ask_hidden("new password")
    if ask_hidden("new password again") != password:
        raise InvalidInput("new password", "the two inputs differ")
    attributes = {name: ask(escape(name)) for name in challenge.required_attributes}
    return challenge.answer(password, **attributes)
