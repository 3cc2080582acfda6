"""The steps of MFA_SETUP: an authenticator app takes three requests, an email address one."""

from typing import Final

from authflow.challenges import MfaSetup, TotpSetup
from authflow.core.answers import SetUpTotpAnswer, TotpCodeAnswer
from authflow.core.errors import UnexpectedReply
from authflow.core.events import Answered, Replied
from authflow.core.replies import AssociatedReply, ChallengeReply, VerifiedReply
from authflow.core.requests import AssociateSoftwareToken, RespondToAuthChallenge, VerifySoftwareToken
from authflow.core.secret import Secret
from authflow.core.states import Calling
from authflow.machines.sign_in._flow import Flow

_SUPPORTED: Final = ("SOFTWARE_TOKEN_MFA", "EMAIL_OTP")


def ask_mfa_setup(_: Flow, event: Replied[ChallengeReply]) -> MfaSetup:
    """MFA_SETUP. Some older documents call the parameter MFA_CAN_SETUP."""
    offered = event.reply.parse_string_list("MFAS_CAN_SETUP") or event.reply.parse_string_list("MFA_CAN_SETUP")
    return MfaSetup(
        session=event.reply.require_session(),
        asked_at=event.stamp.at,
        options=tuple(name for name in offered if name in _SUPPORTED),
        elsewhere=tuple(name for name in offered if name not in _SUPPORTED),
    )


def associate_totp(flow: Flow, event: Answered[SetUpTotpAnswer]) -> Calling:
    """AssociateSoftwareToken."""
    return Calling(AssociateSoftwareToken(session=event.challenge.session), asked=flow.challenge)


def ask_first_code(_: Flow, event: Replied[AssociatedReply]) -> TotpSetup:
    """Cognito returned the secret: show it, and ask for the first code."""
    return TotpSetup(
        session=_choose_session(event),
        asked_at=event.stamp.at,
        secret=event.reply.secret,
    )


def verify_totp(flow: Flow, event: Answered[TotpCodeAnswer]) -> Calling:
    """VerifySoftwareToken."""
    request = VerifySoftwareToken(
        session=event.challenge.session,
        user_code=event.answer.code,
        friendly_device_name=event.answer.device_name,
    )
    return Calling(request, asked=flow.challenge)


def complete_setup(flow: Flow, event: Replied[VerifiedReply]) -> Calling:
    """Answer MFA_SETUP with the Session that VerifySoftwareToken returned."""
    responses = (("USERNAME", flow.username),)
    return Calling(
        RespondToAuthChallenge(
            challenge_name="MFA_SETUP", session=_choose_session(event), challenge_responses=responses
        )
    )


def _choose_session(event: Replied[AssociatedReply] | Replied[VerifiedReply]) -> Secret:
    """Return the Session for the next request: the reply's, else the one that was sent."""
    sent = event.call.asked.session if event.call.asked else None
    session = event.reply.session or sent
    if session is None:
        raise UnexpectedReply("Session", "is missing")
    return session
