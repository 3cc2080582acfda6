"""Challenges that are answered with a code from a message: SMS_MFA, SMS_OTP and EMAIL_OTP."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from authflow.emulator import _errors
from authflow.emulator._auth import step_up
from authflow.emulator._auth.step import AuthStep
from authflow.emulator._messages import delivery
from authflow.emulator._messages.writing import MessageRequest, write_messages
from authflow.emulator._outbox import Purpose
from authflow.emulator._records.contacts import CONTACT_MEDIUMS
from authflow.emulator._records.sessions import Session
from authflow.emulator._records.user import User
from authflow.emulator._service import Reply
from authflow.emulator._users.registration import resolve_alias_conflicts

#: the attribute that each challenge sends its code to
DELIVERY_ATTRIBUTE: Final[Mapping[str, str]] = {
    "SMS_MFA": "phone_number",
    "SMS_OTP": "phone_number",
    "EMAIL_OTP": "email",
}
#: https://docs.aws.amazon.com/cognito/latest/developerguide/authentication-flows-selection-sdk.html
FIRST_FACTOR_DIGITS: Final = 8
#: names for the Sessions of SignUp and ConfirmSignUp, which belong to no challenge
SIGN_UP_SESSION: Final = "SignUp"
CONFIRMATION_SESSION: Final = "ConfirmSignUp"


@dataclass(frozen=True, slots=True)
class SentCode:
    """The code that a challenge waits for.

    Attributes:
        code: None for a decoy user or a disabled user: nothing was sent, and no answer is right.
        attribute: the attribute that the code verifies.
        address: the value of the attribute when the code was sent.
        purpose: what the code is for.
    """

    code: str | None = field(repr=False)
    attribute: str
    address: str = field(repr=False)
    purpose: Purpose

    def is_right(self, given: str) -> bool:
        """Return whether the given code equals this one."""
        return self.code is not None and hmac.compare_digest(self.code.encode(), given.encode())


def ask_for_code(step: AuthStep, user: User, challenge: str, purpose: Purpose, address: str | None = None) -> Reply:
    """Send a code and return the challenge that asks for it.

    Args:
        step: the current request.
        user: the recipient. A decoy user or disabled user gets the same reply, but no message.
        challenge: SMS_MFA, SMS_OTP or EMAIL_OTP.
        purpose: what the code is for.
        address: the email address or phone number; None means the value of the user's attribute.
    """
    attribute = DELIVERY_ATTRIBUTE[challenge]
    address = address or user.attributes[attribute]
    code = step.service.entropy.code(_count_digits(step, purpose))
    deliverable = step.client.pool.users.has(user) and user.enabled
    if deliverable:
        request = MessageRequest("Authentication", step.client, step.metadata)
        draft = write_messages(
            step.service, step.client.pool, user, {attribute: address}, purpose=purpose, code=code, request=request
        )
        step.check_account_status(user)
        step.check_password_is_unchanged(user)
        deliverable = user.enabled
        if deliverable:
            draft.send()
    sent = SentCode(code if deliverable else None, attribute, address, purpose)
    parameters = {
        "CODE_DELIVERY_DELIVERY_MEDIUM": CONTACT_MEDIUMS[attribute],
        "CODE_DELIVERY_DESTINATION": delivery.mask(address),
        **({} if purpose is Purpose.FIRST_FACTOR else step.reveal_username(user)),
    }
    session = step.make_session(user, challenge, sent)
    return {"ChallengeName": challenge, "Session": session, "ChallengeParameters": parameters}


def check_code(step: AuthStep, session: Session, user: User) -> None:
    """Check the code of an answer. The right code uses up the Session and verifies the address.

    Raises:
        ServiceError: CodeMismatchException for a wrong code; NotAuthorizedException if the factor is not available any
            more or the user is locked out or disabled; AliasExistsException if the address now belongs to another
            user. The Session stays usable.
    """
    sent: SentCode = session.challenge_data
    given = step.require(f"{session.challenge}_CODE")
    if sent.purpose is not Purpose.MFA_SETUP and user.attributes.get(sent.attribute) != sent.address:
        raise _errors.MFA_CODE_WRONG()  # the user's address has changed since
    if sent.purpose is Purpose.MFA and session.challenge not in step_up.list_eligible_factors(step, user):
        raise _errors.SESSION_INVALID()  # the user no longer has this factor
    if sent.purpose is not Purpose.FIRST_FACTOR:
        user.lockout.attempt(lambda: sent.is_right(given), _errors.MFA_CODE_WRONG, step.service.now())
    elif not sent.is_right(given):  # no lockout: observed after six wrong codes
        raise _errors.MFA_CODE_WRONG()
    if not user.enabled:
        raise _errors.USER_DISABLED()
    updated = {**user.attributes, sent.attribute: sent.address, f"{sent.attribute}_verified": "true"}
    resolve_alias_conflicts(step.client.pool, user, updated, step.service.alias_exists)
    step.client.pool.users.set_attributes(user, updated)
    user.modified = step.service.now()
    session.used = True


def _count_digits(step: AuthStep, purpose: Purpose) -> int:
    return FIRST_FACTOR_DIGITS if purpose is Purpose.FIRST_FACTOR else step.service.settings.mfa_code_digits
