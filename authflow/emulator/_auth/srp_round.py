"""SRP rounds, over a password or a device's secret: SRP_A comes, a verifier challenge is asked, the proof comes."""

import hmac
from base64 import b64decode, b64encode
from dataclasses import dataclass, field

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
class Secret:
    """What the service keeps of a secret that it never sees.

    Attributes:
        identity: what SRP hashes beside it.
    """

    identity: str
    salt: int = field(repr=False)
    verifier: int = field(repr=False)


def password_of(pool: UserPool, user: User) -> Secret:
    """Return what is kept of a user's password."""
    return Secret(credentials.identity(pool, user.username), user.password.salt, user.password.verifier)


def secret_of(device: Device) -> Secret:
    """Return what is kept of a device's secret."""
    return Secret(device.identity, device.salt, device.verifier)


def ask_password(step: AuthStep, user: User) -> Reply:
    """Ask PASSWORD_VERIFIER: with a Session, except after USER_SRP_AUTH.

    Raises:
        ServiceError: InvalidParameterException: SRP_A is missing or no SRP value.
    """
    name, secret = "PASSWORD_VERIFIER", password_of(step.client.pool, user)
    parameters = {**step.named(user), **ask(step, name, user.username, secret)}
    if step.sign_in.flow == "USER_SRP_AUTH":
        return {"ChallengeName": name, "ChallengeParameters": parameters}
    session = step.new_session(user, name, held=parameters["SECRET_BLOCK"])
    return {"ChallengeName": name, "Session": session, "ChallengeParameters": parameters}


def ask(step: AuthStep, challenge: str, username: str, secret: Secret) -> dict[str, str]:
    """Return the parameters of a verifier challenge.

    Raises:
        ServiceError: InvalidParameterException: SRP_A is missing or no SRP value.
    """
    client_public = srp.client_public(step.required("SRP_A"))
    service, sign_in = step.service, step.sign_in
    validity = service.settings.proof_validity or step.client.session_validity
    answer = srp.start(secret.verifier, client_public, service.entropy.bits(srp.PRIVATE_BITS))
    state = secret_blocks.SrpRound(challenge, username, sign_in.flow, sign_in.device_key, secret.salt, answer.key)
    return {
        "USERNAME": username,
        "SALT": f"{secret.salt:x}",
        "SRP_B": f"{answer.public:x}",
        "SECRET_BLOCK": service.secret_blocks.seal(step.client, state, service.now() + validity),
    }


@dataclass(frozen=True, slots=True)
class Claim:
    """A proof that came."""

    challenge: str
    username: str
    block: str = field(repr=False)
    signature: str = field(repr=False)
    stamp: str

    @classmethod
    def of(cls, step: AuthStep, challenge: str) -> "Claim":
        """Read the proof in an answer to ``challenge``.

        Raises:
            ServiceError: something is missing, or TIMESTAMP is of another form or time.
        """
        username, stamp = step.username(), step.required("TIMESTAMP")
        block, signature = (step.required(f"PASSWORD_CLAIM_{name}") for name in ("SECRET_BLOCK", "SIGNATURE"))
        timestamp.check(stamp, step.service.now())
        return cls(challenge, username, block, signature, stamp)

    def redeem(self, step: AuthStep, session: Session | None) -> secret_blocks.SrpRound:
        """Return the round that the proof is of; neither it nor its Session, if it has one, can be used again.

        Raises:
            ServiceError: NotAuthorizedException: the block is not of such a round, was used, or is expired.
        """
        if session is not None and session.held != self.block:
            raise _errors.SESSION_INVALID()
        service, wanted = step.service, (self.challenge, self.username, step.sign_in.flow)
        state = service.secret_blocks.redeem(self.block, step.client, wanted, service.now())
        if session is not None:
            session.used = True
        return state

    def proves(self, state: secret_blocks.SrpRound, secret: Secret) -> bool:
        """Return whether whoever made this knew the secret, which must still be the one that the round began with."""
        proof = srp.signature(state.key, secret.identity, b64decode(self.block), self.stamp)
        return secret.salt == state.salt and hmac.compare_digest(b64encode(proof), self.signature.encode())
