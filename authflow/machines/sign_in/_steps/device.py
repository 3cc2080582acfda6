"""The steps of a remembered device, which proves its secret by SRP instead of a second factor."""

from authflow.challenges import DeviceSrp
from authflow.core.answers import DeviceAnswer
from authflow.core.errors import UnexpectedReply
from authflow.core.events import Answered, Replied
from authflow.core.replies import ChallengeReply
from authflow.core.requests import RespondToAuthChallenge
from authflow.core.states import Calling, DeviceSecrets
from authflow.machines.sign_in._flow import Flow
from authflow.machines.sign_in._steps.proof import make_ephemeral, make_proof


def ask_device(_: Flow, event: Replied[ChallengeReply]) -> DeviceSrp:
    """DEVICE_SRP_AUTH."""
    return DeviceSrp(session=event.reply.require_session(), asked_at=event.stamp.at)


def answer_device(flow: Flow, event: Answered[DeviceAnswer]) -> Calling:
    """Answer DEVICE_SRP_AUTH with SRP_A of a new ephemeral."""
    secrets = DeviceSecrets(make_ephemeral(event.stamp), event.answer.device)
    responses = (
        ("USERNAME", flow.username),
        ("DEVICE_KEY", secrets.device.key),
        ("SRP_A", secrets.ephemeral.srp_a),
    )
    request = RespondToAuthChallenge(
        challenge_name=event.challenge.name, session=event.challenge.session, challenge_responses=responses
    )
    return Calling(request, secrets=secrets)


def verify_device(flow: Flow, event: Replied[ChallengeReply]) -> Calling:
    """DEVICE_PASSWORD_VERIFIER: answer with the SRP proof of the device's secret."""
    reply, secrets = event.reply, event.call.secrets
    if not isinstance(secrets, DeviceSecrets):
        raise UnexpectedReply("ChallengeName", "is DEVICE_PASSWORD_VERIFIER, but no DEVICE_SRP_AUTH was answered")
    device = secrets.device
    proof = make_proof(
        reply, event.stamp, secrets.ephemeral, group=device.group_key, user=device.key, password=device.secret
    )
    responses = (("USERNAME", flow.username), *proof, ("DEVICE_KEY", device.key))
    return Calling(
        RespondToAuthChallenge(challenge_name=reply.name, session=reply.session, challenge_responses=responses),
        secrets=secrets,
    )
