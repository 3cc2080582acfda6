"""The steps of second factors, and of codes as first factors."""

from typing import Final

from authflow.challenges import EmailOtp, SelectMfaType, SmsMfa, SmsOtp, SoftwareTokenMfa
from authflow.core.events import Replied
from authflow.core.replies import ChallengeReply
from authflow.machines.sign_in._flow import Flow
from authflow.machines.sign_in._steps.asking import Ask
from authflow.machines.sign_in._steps.permitted import asks_first_factor, require_permitted

MFA_TYPES: Final = ("SMS_MFA", "SOFTWARE_TOKEN_MFA", "EMAIL_OTP")


def make_ask_message_code(kind: type[SmsMfa | EmailOtp | SmsOtp]) -> Ask:
    """Return the step of SMS_MFA, EMAIL_OTP or SMS_OTP: Cognito sent a code."""

    def ask(flow: Flow, event: Replied[ChallengeReply]) -> SmsMfa | EmailOtp | SmsOtp:
        if kind is SmsOtp or (kind is EmailOtp and asks_first_factor(event.call)):
            require_permitted(flow, event.call, event.reply.name)
        return kind(
            session=event.reply.require_session(),
            asked_at=event.stamp.at,
            medium=event.reply.parameters.get("CODE_DELIVERY_DELIVERY_MEDIUM"),
            destination=event.reply.parameters.get("CODE_DELIVERY_DESTINATION"),
        )

    return ask


def ask_totp_code(_: Flow, event: Replied[ChallengeReply]) -> SoftwareTokenMfa:
    """SOFTWARE_TOKEN_MFA."""
    return SoftwareTokenMfa(
        session=event.reply.require_session(),
        asked_at=event.stamp.at,
        device_name=event.reply.parameters.get("FRIENDLY_DEVICE_NAME"),
    )


def ask_mfa_type(_: Flow, event: Replied[ChallengeReply]) -> SelectMfaType:
    """SELECT_MFA_TYPE. Amazon's documents disagree on the parameter's name, so both are accepted."""
    offered = event.reply.parse_string_list("MFAS_CAN_CHOOSE") or event.reply.parse_string_list("MFAS_CAN_SELECT")
    return SelectMfaType(
        session=event.reply.require_session(),
        asked_at=event.stamp.at,
        options=tuple(name for name in offered if name in MFA_TYPES),
        unknown=tuple(name for name in offered if name not in MFA_TYPES),
    )
