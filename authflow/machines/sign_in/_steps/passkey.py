"""The step of a passkey."""

from authflow.challenges import WebAuthn
from authflow.core.events import Replied
from authflow.core.replies import ChallengeReply
from authflow.machines.sign_in._flow import Flow
from authflow.machines.sign_in._steps.permitted import require_permitted


def ask_passkey(flow: Flow, event: Replied[ChallengeReply]) -> WebAuthn:
    """WEB_AUTHN."""
    reply = event.reply
    require_permitted(flow, event.call, reply.name)
    return WebAuthn(
        session=reply.require_session(),
        asked_at=event.stamp.at,
        options=reply.require_object("CREDENTIAL_REQUEST_OPTIONS"),
    )
