"""The steps of Custom (CUSTOM_AUTH): the challenges of the pool's Lambda triggers."""

from authflow.challenges import CustomChallenge
from authflow.core.events import Begun, Replied
from authflow.core.openings import Custom
from authflow.core.replies import ChallengeReply
from authflow.core.requests import InitiateAuth
from authflow.core.states import Calling
from authflow.machines.sign_in._flow import Flow
from authflow.machines.sign_in._steps.password import initiate_with_srp


def initiate_custom(_: object, event: Begun[Custom]) -> Calling:
    """CUSTOM_AUTH, which begins with SRP if the opening has a password."""
    parameters = (("USERNAME", event.opening.username),)
    if event.opening.password is None:
        return Calling(InitiateAuth(auth_flow=event.auth_flow, auth_parameters=parameters))
    first = (*parameters, ("CHALLENGE_NAME", "SRP_A"))  # all of Amazon's SDKs send it; no API page mentions it
    return initiate_with_srp(event, first, event.opening.password)


def ask_custom(_: Flow, event: Replied[ChallengeReply]) -> CustomChallenge:
    """CUSTOM_CHALLENGE: the Lambda trigger's public parameters, without the USERNAME that Cognito adds."""
    published = tuple((name, value) for name, value in event.reply.parameters.items() if name != "USERNAME")
    return CustomChallenge(session=event.reply.require_session(), asked_at=event.stamp.at, parameters=published)
