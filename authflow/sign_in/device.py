"""A remembered device proves itself, instead of a second factor."""

from authflow.answers import DeviceAnswer
from authflow.challenges import DeviceSrp
from authflow.errors import UnexpectedReply
from authflow.events import Answered, Replied
from authflow.replies import ChallengeReply
from authflow.requests import RespondToAuthChallenge
from authflow.sign_in.flow import Flow
from authflow.sign_in.proof import claim, fresh_ephemeral
from authflow.states import Calling, DeviceSecrets


def ask_device(_: Flow, event: Replied[ChallengeReply]) -> DeviceSrp:
    """DEVICE_SRP_AUTH."""
    return DeviceSrp(session=event.reply.required_session(), asked_at=event.stamp.at)


def answer_device(flow: Flow, event: Answered[DeviceAnswer]) -> Calling:
    """DEVICE_SRP_AUTH's answer: SRP_A, with an ephemeral of its own."""
    secrets = DeviceSecrets(fresh_ephemeral(event.stamp), event.answer.device)
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
    """DEVICE_PASSWORD_VERIFIER: the claim that the device's secret is known."""
    reply, secrets = event.reply, event.call.secrets
    if not isinstance(secrets, DeviceSecrets):
        raise UnexpectedReply("ChallengeName", "DEVICE_PASSWORD_VERIFIER came where no device was asked for")
    device = secrets.device
    proof = claim(
        reply, event.stamp, secrets.ephemeral, group=device.group_key, user=device.key, password=device.secret
    )
    responses = (("USERNAME", flow.username), *proof, ("DEVICE_KEY", device.key))
    return Calling(
        RespondToAuthChallenge(challenge_name=reply.name, session=reply.session, challenge_responses=responses),
        secrets=secrets,
    )
