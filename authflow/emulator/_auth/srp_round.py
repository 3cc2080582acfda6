"""SRP rounds for passwords and device secrets: from SRP_A to a verifier challenge, and from its answer to a result."""

import hmac
from base64 import b64decode
from dataclasses import dataclass, field, replace

from authflow.emulator import _errors
from authflow.emulator._auth import timestamp
from authflow.emulator._auth.step import AuthStep
from authflow.emulator._crypto import srp
from authflow.emulator._records import secret_blocks
from authflow.emulator._records.device import Device
from authflow.emulator._records.pool import UserPool
from authflow.emulator._records.sessions import Session
from authflow.emulator._records.user import User
from authflow.emulator._service import Reply
from authflow.emulator._users import credentials


@dataclass(frozen=True, slots=True)
class SrpCredential:
    """What the service stores of a password or a device secret: salt and verifier.

    Attributes:
        identity: the name that SRP hashes together with the secret.
    """

    identity: str
    salt: int = field(repr=False)
    verifier: int = field(repr=False)


def make_password_credential(pool: UserPool, user: User) -> SrpCredential:
    """Return the SRP credential of a user's password."""
    return SrpCredential(credentials.identity(pool, user.username), user.password.salt, user.password.verifier)


def make_device_credential(device: Device) -> SrpCredential:
    """Return the SRP credential of a device secret."""
    return SrpCredential(device.identity, device.salt, device.verifier)


def ask_for_password_proof(step: AuthStep, user: User) -> Reply:
    """Return PASSWORD_VERIFIER, with a Session in every AuthFlow but USER_SRP_AUTH.

    Raises:
        ServiceError: InvalidParameterException if SRP_A is missing or no SRP value.
    """
    name, credential = "PASSWORD_VERIFIER", make_password_credential(step.client.pool, user)
    parameters = {**step.reveal_username(user), **start_round(step, name, user.username, credential)}
    if step.sign_in.flow == "USER_SRP_AUTH":
        return {"ChallengeName": name, "ChallengeParameters": parameters}
    session = step.make_session(user, name, challenge_data=parameters["SECRET_BLOCK"])
    return {"ChallengeName": name, "Session": session, "ChallengeParameters": parameters}


def parse_client_public(step: AuthStep) -> int:
    """Return SRP_A.

    Raises:
        ServiceError: InvalidParameterException if it is missing or no SRP value.
    """
    return srp.parse_client_public(step.require("SRP_A"), refuse_zero=step.service.settings.refuse_zero_srp_a)


def start_round(step: AuthStep, challenge: str, username: str, credential: SrpCredential) -> dict[str, str]:
    """Start an SRP round and return the parameters of its verifier challenge (SALT and SRP_B in hex).

    Raises:
        ServiceError: InvalidParameterException if SRP_A is missing or no SRP value.
    """
    client_public = parse_client_public(step)
    service, sign_in = step.service, step.sign_in
    now, validity = service.now(), service.settings.proof_validity or step.client.session_validity
    server = srp.compute_server_values(credential.verifier, client_public, service.entropy.bits(srp.PRIVATE_BITS))
    state = secret_blocks.SrpRound(
        challenge, username, sign_in.flow, sign_in.device_key, sign_in.event_id, credential.salt, server.key
    )
    return {
        "USERNAME": username,
        "SALT": f"{credential.salt:x}",
        "SRP_B": f"{server.public:x}",
        "SECRET_BLOCK": service.secret_blocks.issue(step.client, state, expires=now + validity, now=now),
    }


@dataclass(frozen=True, slots=True)
class SrpProof:
    """The answer to a verifier challenge.

    Attributes:
        time: the TIMESTAMP that the signature covers; None if no signature is right.
    """

    challenge: str
    username: str
    block: str = field(repr=False)
    signature: bytes = field(repr=False)
    time: str | None

    @classmethod
    def parse(cls, step: AuthStep, challenge: str) -> "SrpProof":
        """Parse the answer to ``challenge``. The service names missing parameters in this order.

        Raises:
            ServiceError: a parameter is missing or has the wrong format, or TIMESTAMP is not current.
        """
        username, time = step.client.pool.users.normalize_case(step.require_username()), step.require("TIMESTAMP")
        signature, block = (step.require(f"PASSWORD_CLAIM_{name}") for name in ("SIGNATURE", "SECRET_BLOCK"))
        service = step.service
        signed_time = timestamp.normalize_timestamp(time, service.now(), service.settings.proof_clock)
        return cls(challenge, username, block, _decode_signature(signature), signed_time)

    def redeem(self, step: AuthStep, session: Session | None) -> secret_blocks.SrpRound:
        """Return the SRP round of this proof. Its Session cannot be used again.

        Raises:
            ServiceError: NotAuthorizedException if the block is used, expired or from a different round.
        """
        if session is not None and session.challenge_data != self.block:
            raise _errors.SESSION_INVALID()
        service, wanted = step.service, (self.challenge, self.username, step.sign_in.flow)
        once = service.settings.proof_once
        state = service.secret_blocks.redeem(self.block, step.client, wanted, service.now(), once=once)
        if session is not None:
            session.used = True
        step.continue_sign_in(replace(step.sign_in, event_id=state.event_id))
        return state

    def is_right(self, state: secret_blocks.SrpRound, credential: SrpCredential) -> bool:
        """Return whether the signature is right and the credential is unchanged since the round began."""
        if self.time is None or state.key == srp.NO_KEY:
            return False
        expected = srp.claim_signature(state.key, credential.identity, b64decode(self.block), self.time)
        return credential.salt == state.salt and hmac.compare_digest(expected, self.signature)


def _decode_signature(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except ValueError:
        raise _errors.BAD_SIGNATURE() from None
