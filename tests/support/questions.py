"""Questions of every kind, with what a person enters into their forms."""

from dataclasses import dataclass
from typing import Any

from authflow.challenges import (
    BaseChallenge,
    ConfirmSignUp,
    CustomChallenge,
    DeviceSrp,
    EmailOtp,
    MfaSetup,
    NewPassword,
    NewPasswordRequired,
    PasswordChallenge,
    SelectChallenge,
    SelectMfaType,
    SmsMfa,
    SmsOtp,
    SoftwareTokenMfa,
    TotpSetup,
    WebAuthn,
)
from authflow.core.answers import Answer
from authflow.core.replies import Delivery
from authflow.core.secret import Secret
from tests.support.replies import CREDENTIAL
from tests.support.samples import AT

SEED = "JBSWY3DPEHPK3PXP"
ASKED: Any = {"session": "session-of-ada-1", "asked_at": AT}
FACTORS = ("SMS_MFA", "EMAIL_OTP", "SOFTWARE_TOKEN_MFA")
FIRST_FACTORS = ("PASSWORD", "PASSWORD_SRP", "EMAIL_OTP", "SMS_OTP", "WEB_AUTHN")
SENT: Any = {"asked_at": AT, "nonce": "1"}
CODE, PASSWORD, ADDRESS = {"code": "123 456"}, {"password": "Correct-Horse-9"}, {"address": "ada@example.com"}


@dataclass(frozen=True, slots=True)
class Example:
    """A question, what a person enters, by which action, and the answer that this is."""

    question: Any
    entered: dict[str, Any]
    action: str | None
    answer: Answer


def make_examples() -> list[Example]:
    """Return examples of each challenge and of each of its actions."""
    select, setup = SelectMfaType(**ASKED, options=FACTORS), MfaSetup(**ASKED, options=FACTORS[1:])
    first, second = SelectChallenge(**ASKED, options=FIRST_FACTORS), SelectChallenge(**ASKED, options=("PASSWORD",))
    totp = TotpSetup(**ASKED, secret=Secret(SEED))
    new_password = NewPasswordRequired(**ASKED, required_attributes=("new_password", "email", "custom:team"))
    attributes = {"new_password": "a", "email": "ada@example.com", "custom:team": "b"}
    prefixed = {f"attributes.{name}": value for name, value in attributes.items()}
    plain: list[Any] = [
        SmsMfa(**ASKED),
        SmsMfa(**ASKED, destination="+*******9878"),
        EmailOtp(**ASKED),
        EmailOtp(**ASKED, destination="a***@e***"),
        SmsOtp(**ASKED),
        SmsOtp(**ASKED, destination="+*******9878"),
        SoftwareTokenMfa(**ASKED),
        SoftwareTokenMfa(**ASKED, device_name="my phone"),
        totp,
    ]
    passwords = [PasswordChallenge(**ASKED, kind=kind) for kind in ("PASSWORD", "PASSWORD_SRP", "ADMIN_NO_SRP_AUTH")]
    passkey = WebAuthn(**ASKED, options='{"challenge": "Y2hhbGxlbmdl"}')
    custom = CustomChallenge(**ASKED, parameters=(("riddle", "what has roots?"),))
    return [
        *(Example(each, CODE, None, each.answer("123456")) for each in plain),
        Example(totp, CODE | {"device_name": "my phone"}, "answer", totp.answer("123456", "my phone")),
        *(Example(select, {}, option, select.answer(option)) for option in FACTORS),
        Example(setup, {}, "totp", setup.answer_totp()),
        Example(setup, ADDRESS, "email", setup.answer_email("ada@example.com")),
        Example(new_password, {"new_password": "pw-1", **prefixed}, None, new_password.answer("pw-1", **attributes)),
        Example(custom, {"answer": "a tree"}, None, custom.answer("a tree")),
        Example(first, PASSWORD, "PASSWORD_SRP", first.answer("PASSWORD_SRP", "Correct-Horse-9")),
        Example(first, {}, "EMAIL_OTP", first.answer("EMAIL_OTP")),
        Example(first, {}, "SMS_OTP", first.answer("SMS_OTP")),
        Example(first, {}, "WEB_AUTHN", first.answer("WEB_AUTHN")),
        Example(passkey, {"credential": CREDENTIAL}, None, passkey.answer(CREDENTIAL)),
        *make_sent_codes(Delivery()),
        *make_sent_codes(Delivery("a***@e***", "EMAIL", "email")),
        Example(second, PASSWORD, None, second.answer("PASSWORD", "Correct-Horse-9")),
        *(Example(each, PASSWORD, None, each.answer("Correct-Horse-9")) for each in passwords),
    ]


def make_sent_codes(delivery: Delivery) -> list[Example]:
    """Return examples of the questions for a code outside of a sign-in."""
    sign_up, reset = ConfirmSignUp(**SENT, delivery=delivery), NewPassword(**SENT, delivery=delivery)
    new_password = CODE | {"new_password": "Correct-Horse-9"}
    return [
        Example(sign_up, CODE, None, sign_up.answer("123456")),
        Example(sign_up, {}, "resend", sign_up.answer_resend()),
        Example(reset, new_password, None, reset.answer("123456", "Correct-Horse-9")),
        Example(reset, {}, "resend", reset.answer_resend()),
    ]


def make_unanswerable() -> list[BaseChallenge]:
    """Return the questions that no person can answer."""
    return [
        DeviceSrp(**ASKED),
        MfaSetup(**ASKED, elsewhere=("SMS_MFA",)),
        MfaSetup(**ASKED),
        SelectMfaType(**ASKED, unknown=("PIGEON",)),
        SelectChallenge(**ASKED),
    ]
