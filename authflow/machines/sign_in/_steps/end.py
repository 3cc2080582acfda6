"""The final steps: tokens, or a failure with its reason."""

from dataclasses import replace
from datetime import timedelta

from authflow.core import refusals
from authflow.core.errors import UnexpectedReply
from authflow.core.events import Cancelled, Refused, Replied
from authflow.core.reasons import Reason
from authflow.core.replies import TokensReply
from authflow.core.states import Calling, DeviceSecrets, Failed, SignedIn, Tokens
from authflow.machines.sign_in._flow import Flow


def complete_sign_in(flow: Flow, event: Replied[TokensReply]) -> SignedIn:
    """Cognito returned tokens. If a refresh returned no new refresh token, the one that was used is kept."""
    reply = event.reply
    refresh_token = reply.refresh_token or event.call.refresh_token
    if refresh_token is None:
        raise UnexpectedReply("AuthenticationResult.RefreshToken", "is missing")
    return SignedIn(
        Tokens(
            access_token=reply.access_token.reveal(),
            id_token=reply.id_token.reveal(),
            refresh_token=refresh_token.reveal(),
            expires_at=event.stamp.at + timedelta(seconds=reply.expires_in),
            username=flow.username,
            new_device=reply.new_device,
            entered_username=flow.entered_username,
        )
    )


def fail(flow: Flow, event: Refused | Cancelled) -> Failed:
    """Cognito refused a request, or the caller cancelled the sign-in."""
    failed = refusals.fail(flow, event)
    is_wrong = failed.reason is Reason.WRONG_CREDENTIALS or failed.code == "ResourceNotFoundException"
    return replace(failed, reason=Reason.DEVICE_REJECTED) if is_wrong and _is_proving_device(flow) else failed


def _is_proving_device(flow: Flow) -> bool:
    return isinstance(flow.state, Calling) and isinstance(flow.state.secrets, DeviceSecrets)
