"""The password: sent, proven by SRP, or replaced."""

from sys import intern

from authflow.challenges import NewPasswordRequired
from authflow.errors import UnexpectedReply
from authflow.events import Begun, Replied
from authflow.openings import Password, Srp
from authflow.replies import ChallengeReply
from authflow.requests import InitiateAuth, RespondToAuthChallenge
from authflow.sign_in.flow import Flow
from authflow.srp import EPHEMERAL_BYTES, Ephemeral, claim_signature, format_timestamp
from authflow.states import Calling, SrpSecrets

_ATTRIBUTE_PREFIX = "userAttributes."


def initiate_srp(_: object, event: Begun[Srp]) -> Calling:
    """USER_SRP_AUTH."""
    ephemeral = Ephemeral.from_entropy(event.stamp.derive("srp ephemeral", EPHEMERAL_BYTES))
    parameters = (("USERNAME", event.opening.username), ("SRP_A", ephemeral.srp_a))
    request = InitiateAuth(auth_flow="USER_SRP_AUTH", auth_parameters=parameters)
    return Calling(request, secrets=SrpSecrets(ephemeral, event.opening.password))


def initiate_password(_: object, event: Begun[Password]) -> Calling:
    """USER_PASSWORD_AUTH, which the admin form renames."""
    parameters = (("USERNAME", event.opening.username), ("PASSWORD", event.opening.password))
    return Calling(InitiateAuth(auth_flow="USER_PASSWORD_AUTH", auth_parameters=parameters))


def verify_password(flow: Flow, event: Replied[ChallengeReply]) -> Calling:
    """PASSWORD_VERIFIER: the claim that the password is known, computed and not asked."""
    reply = event.reply
    secrets = event.call.secrets
    if secrets is None:
        raise UnexpectedReply("ChallengeName", "PASSWORD_VERIFIER came where no SRP_A was sent")
    secret_block, timestamp = reply.parameter("SECRET_BLOCK"), format_timestamp(event.stamp.at)
    signature = claim_signature(
        secrets.ephemeral,
        group=flow.app.pool_name,
        user=reply.parameters.get("USER_ID_FOR_SRP") or reply.parameter("USERNAME"),
        password=secrets.password,
        salt=reply.parameter("SALT"),
        srp_b=reply.parameter("SRP_B"),
        secret_block=secret_block,
        timestamp=timestamp,
    )
    responses = (
        ("USERNAME", flow.username),
        ("PASSWORD_CLAIM_SECRET_BLOCK", secret_block),
        ("PASSWORD_CLAIM_SIGNATURE", signature),
        ("TIMESTAMP", timestamp),
    )
    return Calling(
        RespondToAuthChallenge(challenge_name=reply.name, session=reply.session, challenge_responses=responses)
    )


def ask_new_password(_: Flow, event: Replied[ChallengeReply]) -> NewPasswordRequired:
    """NEW_PASSWORD_REQUIRED."""
    required = event.reply.string_list("requiredAttributes")
    return NewPasswordRequired(
        session=event.reply.required_session(),
        asked_at=event.stamp.at,
        required_attributes=tuple(intern(name.removeprefix(_ATTRIBUTE_PREFIX)) for name in required),
        attributes=event.reply.string_pairs("userAttributes"),
    )
