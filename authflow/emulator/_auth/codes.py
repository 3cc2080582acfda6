"""Challenges whose answer is a code that was sent: SMS_MFA, SMS_OTP and EMAIL_OTP."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from authflow.emulator import _errors
from authflow.emulator._auth.step import AuthStep
from authflow.emulator._messages import delivery
from authflow.emulator._outbox import Purpose
from authflow.emulator._records.sessions import Session
from authflow.emulator._records.user import User
from authflow.emulator._service import Reply
from authflow.emulator._users import mfa
from authflow.emulator._users.attributes import CONTACTS
from authflow.emulator._users.registration import check_aliases

#: the attribute that each challenge's code is sent to
SENT_TO: Final[Mapping[str, str]] = {"SMS_MFA": "phone_number", "SMS_OTP": "phone_number", "EMAIL_OTP": "email"}
#: https://docs.aws.amazon.com/cognito/latest/developerguide/authentication-flows-selection-sdk.html
FIRST_FACTOR_DIGITS: Final = 8
#: Sessions of SignUp and ConfirmSignUp, which are no challenges
SIGNED_UP: Final = "SignUp"
CONFIRMED: Final = "ConfirmSignUp"


@dataclass(frozen=True, slots=True)
class Sent:
    """A code that is out.

    Attributes:
        code: None for a decoy's or a disabled user's, which was not sent and which nothing equals.
        attribute: what it proves to be the user's.
        address: the attribute's value then.
    """

    code: str | None = field(repr=False)
    attribute: str
    address: str = field(repr=False)
    purpose: Purpose

    def is_right(self, given: str) -> bool:
        """Return whether this is the code."""
        return self.code is not None and hmac.compare_digest(self.code.encode(), given.encode())


def ask(step: AuthStep, user: User, challenge: str, purpose: Purpose, address: str | None = None) -> Reply:
    """Send a code, and ask for it.

    Args:
        step: the step that leads here.
        user: to whom.
        challenge: SMS_MFA, SMS_OTP or EMAIL_OTP.
        purpose: what the code is for.
        address: where to; None for what the user's attribute says.
    """
    attribute = SENT_TO[challenge]
    address = address or user.attributes[attribute]
    code = step.service.entropy.code(_digits(step, purpose))
    real = step.client.pool.has(user) and user.enabled
    if real:
        box = step.service.outbox
        delivery.send(box, step.client.pool, user, attribute, purpose=purpose, code=code, address=address)
    held = Sent(code if real else None, attribute, address, purpose)
    parameters = {
        "CODE_DELIVERY_DELIVERY_MEDIUM": CONTACTS[attribute],
        "CODE_DELIVERY_DESTINATION": delivery.masked(address),
        **({} if purpose is Purpose.FIRST_FACTOR else step.named(user)),
    }
    session = step.new_session(user, challenge, held)
    return {"ChallengeName": challenge, "Session": session, "ChallengeParameters": parameters}


def check(step: AuthStep, session: Session, user: User) -> None:
    """Take the code of an answer: the right one uses up the Session and proves whose the address is.

    Raises:
        ServiceError: CodeMismatchException; NotAuthorizedException for what is no factor any more; or as the lock and
            other users' aliases have it. The Session stays usable.
    """
    sent: Sent = session.held
    given = step.required(f"{session.challenge}_CODE")
    if sent.purpose is not Purpose.MFA_SETUP and user.attributes.get(sent.attribute) != sent.address:
        raise _errors.MFA_CODE_WRONG()  # what the code would prove is not the user's any more
    if sent.purpose is Purpose.MFA and session.challenge not in mfa.eligible(step.client.pool, user):
        raise _errors.SESSION_INVALID()  # nor is it a factor
    if sent.purpose is not Purpose.FIRST_FACTOR:
        user.lockout.attempt(lambda: sent.is_right(given), _errors.MFA_CODE_WRONG, step.service.now())
    elif not sent.is_right(given):  # locks nobody out: six wrong ones were seen to have no consequence
        raise _errors.MFA_CODE_WRONG()
    if not user.enabled:
        raise _errors.USER_DISABLED()
    having = {**user.attributes, sent.attribute: sent.address, f"{sent.attribute}_verified": "true"}
    check_aliases(step.client.pool, user, having, _errors.ALIAS_EXISTS)
    user.attributes, user.modified = having, step.service.now()
    session.used = True


def _digits(step: AuthStep, purpose: Purpose) -> int:
    return FIRST_FACTOR_DIGITS if purpose is Purpose.FIRST_FACTOR else step.service.settings.mfa_code_digits
