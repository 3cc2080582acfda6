"""The steps of a password: it is sent, proven by SRP, replaced, or asked for by Cognito."""

from sys import intern
from typing import Any

from authflow.challenges import NewPasswordRequired, PasswordChallenge
from authflow.core.answers import SrpAnswer
from authflow.core.errors import UnexpectedReply
from authflow.core.events import Answered, Begun, Replied
from authflow.core.openings import Password, Srp
from authflow.core.pairs import SecretPairs
from authflow.core.replies import ChallengeReply
from authflow.core.requests import InitiateAuth, RespondToAuthChallenge
from authflow.core.secret import Secret
from authflow.core.states import Calling, SrpSecrets
from authflow.machines.sign_in._flow import Flow
from authflow.machines.sign_in._steps.permitted import require_permitted
from authflow.machines.sign_in._steps.proof import make_ephemeral, make_proof

_ATTRIBUTE_PREFIX = "userAttributes."


def initiate_srp(_: object, event: Begun[Srp]) -> Calling:
    """USER_SRP_AUTH."""
    return initiate_with_srp(event, (("USERNAME", event.opening.username),), event.opening.password)


def initiate_with_srp(
    event: Begun[Any], parameters: SecretPairs, password: Secret, session: Secret | None = None
) -> Calling:
    """Return a call of InitiateAuth with SRP_A, and keep what the proof needs."""
    secrets = SrpSecrets(make_ephemeral(event.stamp), password)
    parameters = (*parameters, ("SRP_A", secrets.ephemeral.srp_a))
    request = InitiateAuth(auth_flow=event.auth_flow, auth_parameters=parameters, session=session)
    return Calling(request, secrets=secrets)


def initiate_password(_: object, event: Begun[Password]) -> Calling:
    """USER_PASSWORD_AUTH, or ADMIN_USER_PASSWORD_AUTH in the admin API."""
    parameters = (("USERNAME", event.opening.username), ("PASSWORD", event.opening.password))
    return Calling(InitiateAuth(auth_flow=event.auth_flow, auth_parameters=parameters))


def answer_srp(flow: Flow, event: Answered[SrpAnswer]) -> Calling:
    """Answer a challenge with SRP_A."""
    secrets = SrpSecrets(make_ephemeral(event.stamp), event.answer.password)
    srp_a = ("SRP_A", secrets.ephemeral.srp_a)
    request = RespondToAuthChallenge(
        challenge_name=event.challenge.name,
        session=event.challenge.session,
        challenge_responses=(("USERNAME", flow.username), *event.answer.responses, srp_a),
    )
    return Calling(request, secrets=secrets)


def verify_password(flow: Flow, event: Replied[ChallengeReply]) -> Calling:
    """PASSWORD_VERIFIER: answer with the SRP proof of the password. The person is not asked."""
    reply, secrets = event.reply, event.call.secrets
    if not isinstance(secrets, SrpSecrets):
        raise UnexpectedReply("ChallengeName", "is PASSWORD_VERIFIER, but no SRP_A was sent")
    user = reply.parameters.get("USER_ID_FOR_SRP") or reply.require_parameter("USERNAME")
    proof = make_proof(
        reply, event.stamp, secrets.ephemeral, group=flow.app.pool_name, user=user, password=secrets.password
    )
    return Calling(
        RespondToAuthChallenge(
            challenge_name=reply.name,
            session=reply.session,
            challenge_responses=(("USERNAME", flow.username), *proof),
        )
    )


def ask_new_password(_: Flow, event: Replied[ChallengeReply]) -> NewPasswordRequired:
    """NEW_PASSWORD_REQUIRED."""
    required = event.reply.parse_string_list("requiredAttributes")
    return NewPasswordRequired(
        session=event.reply.require_session(),
        asked_at=event.stamp.at,
        required_attributes=tuple(intern(name.removeprefix(_ATTRIBUTE_PREFIX)) for name in required),
        attributes=event.reply.parse_string_pairs("userAttributes"),
    )


def ask_password(flow: Flow, event: Replied[ChallengeReply]) -> PasswordChallenge:
    """PASSWORD, PASSWORD_SRP or ADMIN_NO_SRP_AUTH."""
    require_permitted(flow, event.call, event.reply.name)
    return PasswordChallenge(session=event.reply.require_session(), asked_at=event.stamp.at, kind=event.reply.name)
