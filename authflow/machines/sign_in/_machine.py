"""The machines of sign-in, one for each AuthFlow: the state of each node, and replies and refusals as events."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from authflow.challenges import (
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
    WebAuthn,
)
from authflow.core.errors import Refusal, UnexpectedReply
from authflow.core.events import AskedAgain, DeviceForgotten, Refused, Replied
from authflow.core.machine import Machine
from authflow.core.reasons import is_session_invalid
from authflow.core.replies import ChallengeReply, parse_associated, parse_auth_reply, parse_verified
from authflow.core.requests import AssociateSoftwareToken, VerifySoftwareToken
from authflow.core.stamp import Stamp
from authflow.core.states import Calling, Failed
from authflow.machines.sign_in._flow import Flow, State
from authflow.machines.sign_in._steps.asking import ask_or_repeat, send_answer
from authflow.machines.sign_in._steps.choice import ask_choice, initiate_choice
from authflow.machines.sign_in._steps.custom import ask_custom, initiate_custom
from authflow.machines.sign_in._steps.device import answer_device, ask_device, verify_device
from authflow.machines.sign_in._steps.end import complete_sign_in, fail
from authflow.machines.sign_in._steps.mfa import ask_mfa_type, ask_totp_code, make_ask_message_code
from authflow.machines.sign_in._steps.passkey import ask_passkey
from authflow.machines.sign_in._steps.password import (
    answer_srp,
    ask_new_password,
    ask_password,
    initiate_password,
    initiate_srp,
    verify_password,
)
from authflow.machines.sign_in._steps.refresh import initiate_refresh
from authflow.machines.sign_in._steps.setup import (
    ask_first_code,
    ask_mfa_setup,
    associate_totp,
    complete_setup,
    verify_totp,
)
from authflow.machines.sign_in.table import ASKS_AGAIN, CHALLENGE_NAMES, CPU_BOUND, TRANSITIONS, AuthFlow, Node, Trigger

ENTER: Final[Mapping[str, Callable[..., State]]] = {
    Node.INITIATING_SRP: initiate_srp,
    Node.INITIATING_PASSWORD: initiate_password,
    Node.INITIATING_CUSTOM: initiate_custom,
    Node.INITIATING_CHOICE: initiate_choice,
    Node.REFRESHING: initiate_refresh,
    Node.VERIFYING_PASSWORD: verify_password,
    Node.ANSWERING: send_answer,
    Node.ANSWERING_SRP: answer_srp,
    Node.ANSWERING_DEVICE: answer_device,
    Node.VERIFYING_DEVICE: verify_device,
    Node.ASSOCIATING_TOTP: associate_totp,
    Node.VERIFYING_TOTP: verify_totp,
    Node.COMPLETING_SETUP: complete_setup,
    Node.SMS_MFA: ask_or_repeat(make_ask_message_code(SmsMfa)),
    Node.EMAIL_OTP: ask_or_repeat(make_ask_message_code(EmailOtp)),
    Node.SMS_OTP: ask_or_repeat(make_ask_message_code(SmsOtp)),
    Node.WEB_AUTHN: ask_or_repeat(ask_passkey),
    Node.SOFTWARE_TOKEN_MFA: ask_or_repeat(ask_totp_code),
    Node.SELECT_MFA_TYPE: ask_or_repeat(ask_mfa_type),
    Node.MFA_SETUP: ask_or_repeat(ask_mfa_setup),
    Node.TOTP_SETUP: ask_or_repeat(ask_first_code),
    Node.NEW_PASSWORD_REQUIRED: ask_or_repeat(ask_new_password),
    Node.CUSTOM_CHALLENGE: ask_or_repeat(ask_custom),
    Node.SELECT_CHALLENGE: ask_or_repeat(ask_choice),
    Node.PASSWORD: ask_or_repeat(ask_password),
    Node.PASSWORD_SRP: ask_or_repeat(ask_password),
    Node.ADMIN_NO_SRP_AUTH: ask_or_repeat(ask_password),
    Node.DEVICE_SRP_AUTH: ask_or_repeat(ask_device),
    Node.SIGNED_IN: complete_sign_in,
    Node.FAILED: fail,
}


def read_reply(call: Calling, reply: Mapping[str, Any], stamp: Stamp) -> Replied[Any] | AskedAgain:
    """Return a reply as an event, whose trigger is the challenge in the reply, or the result of the operation."""
    if isinstance(call.request, AssociateSoftwareToken):
        return Replied(Trigger.ASSOCIATED, stamp, parse_associated(reply), call)
    if isinstance(call.request, VerifySoftwareToken):
        return _read_verified(call, reply, stamp)
    parsed = parse_auth_reply(reply)
    if not isinstance(parsed, ChallengeReply):
        return Replied(Trigger.TOKENS, stamp, parsed, call)
    if parsed.name not in CHALLENGE_NAMES:
        raise UnexpectedReply("ChallengeName", f"{parsed.name!r} is not a challenge that authflow can answer")
    return Replied(parsed.name, stamp, parsed, call)


def _read_verified(call: Calling, reply: Mapping[str, Any], stamp: Stamp) -> Replied[Any] | AskedAgain:
    parsed = parse_verified(reply)
    if parsed.status == "SUCCESS":
        return Replied(Trigger.VERIFIED, stamp, parsed, call)
    if call.asked is None:
        raise UnexpectedReply("Status", "is not SUCCESS, but the request answers no challenge")
    again = replace(call.asked, session=parsed.session or call.asked.session)
    return AskedAgain(again.asking_trigger, stamp, again.reject(parsed.status, ""))


def read_refusal(
    call: Calling,
    refusal: Refusal,
    stamp: Stamp,
    with_device: bool,  # noqa: FBT001 - the signature of Machine.read_refusal
) -> Refused | AskedAgain | DeviceForgotten:
    """Return the event: the challenge is asked again, the device is forgotten, or the sign-in is refused."""
    is_answer = not isinstance(call.request, AssociateSoftwareToken)  # which only asks for the secret
    if is_answer and call.asked is not None and _asks_again(call.asked.asking_trigger, refusal):
        return AskedAgain(call.asked.asking_trigger, stamp, call.asked.reject(refusal.code, refusal.message))
    # The same exception is returned for a missing pool or app client; only its message distinguishes them.
    if with_device and refusal.code == "ResourceNotFoundException" and "device" in refusal.message.lower():
        return DeviceForgotten(Trigger.DEVICE_FORGOTTEN, stamp)
    return Refused(Trigger.REFUSED, stamp, refusal)


def _asks_again(trigger: str, refusal: Refusal) -> bool:
    return (trigger, refusal.code) in ASKS_AGAIN and not is_session_invalid(refusal.message)


RESTING: Final[Mapping[str, type[State]]] = {
    Node.SMS_MFA: SmsMfa,
    Node.EMAIL_OTP: EmailOtp,
    Node.SMS_OTP: SmsOtp,
    Node.WEB_AUTHN: WebAuthn,
    Node.SOFTWARE_TOKEN_MFA: SoftwareTokenMfa,
    Node.SELECT_MFA_TYPE: SelectMfaType,
    Node.MFA_SETUP: MfaSetup,
    Node.TOTP_SETUP: TotpSetup,
    Node.NEW_PASSWORD_REQUIRED: NewPasswordRequired,
    Node.CUSTOM_CHALLENGE: CustomChallenge,
    Node.SELECT_CHALLENGE: SelectChallenge,
    Node.PASSWORD: PasswordChallenge,
    Node.PASSWORD_SRP: PasswordChallenge,
    Node.ADMIN_NO_SRP_AUTH: PasswordChallenge,
    Node.DEVICE_SRP_AUTH: DeviceSrp,
    Node.FAILED: Failed,
}

MACHINES: Final[Mapping[AuthFlow, Machine[State]]] = {
    auth_flow: Machine(
        Flow.NAME, TRANSITIONS[auth_flow], ENTER, read_reply, read_refusal, CPU_BOUND, auth_flow, RESTING
    )
    for auth_flow in AuthFlow
}
FLOW: Final = Flow
