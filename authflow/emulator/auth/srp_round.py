"""An SRP round: SRP_A comes, PASSWORD_VERIFIER is asked, the proof comes."""

import hmac
from base64 import b64decode, b64encode

from authflow.emulator import credentials, faults, names, secret_block, srp
from authflow.emulator.auth import timestamp
from authflow.emulator.auth.exchange import Exchange
from authflow.emulator.service import Reply
from authflow.emulator.user import User


def start(exchange: Exchange, name: str, user: User | None) -> Reply:
    """Ask PASSWORD_VERIFIER; a user who does not exist is asked too, with values that stay the same.

    Raises:
        ServiceError: InvalidParameterException: SRP_A is missing or no SRP value.
    """
    client_public = srp.client_public(exchange.required("SRP_A"))
    username, salt, verifier = _credentials(exchange, name, user)
    entropy = exchange.service.entropy
    answer = srp.start(verifier, client_public, entropy.bits(srp.PRIVATE_BITS))
    sealed = secret_block.Round(username, salt, answer.key)
    return {
        "ChallengeName": "PASSWORD_VERIFIER",
        "ChallengeParameters": {
            "USER_ID_FOR_SRP": username,
            "USERNAME": username,
            "SALT": f"{salt:x}",
            "SRP_B": f"{answer.public:x}",
            "SECRET_BLOCK": exchange.service.secret_blocks.seal(exchange.client, sealed, exchange.service.now()),
        },
    }


def finish(exchange: Exchange) -> tuple[User, bool]:
    """Return whose proof this is, and whether it is right.

    Raises:
        ServiceError: something is missing, is not from this round, or the user does not exist.
    """
    service, pool = exchange.service, exchange.client.pool
    username, stamp = exchange.username(), exchange.required("TIMESTAMP")
    block, signature = (exchange.required(f"PASSWORD_CLAIM_{name}") for name in ("SECRET_BLOCK", "SIGNATURE"))
    timestamp.check(stamp, service.now())
    sealed = service.secret_blocks.redeem(block, exchange.client, username, service.now())
    user = pool.by_username(username)
    if user is None or user.username != username or user.password.salt != sealed.salt:
        raise faults.WRONG_PASSWORD()  # nobody has the name, or the password is another one since
    proof = srp.signature(sealed.key, credentials.identity(pool, username), b64decode(block), stamp)
    return user, hmac.compare_digest(b64encode(proof), signature.encode())


def _credentials(exchange: Exchange, name: str, user: User | None) -> tuple[str, int, int]:
    if user is not None:
        return user.username, user.password.salt, user.password.verifier
    pool = exchange.client.pool
    salt = int.from_bytes(names.decoy_bytes(pool, "salt", name), "big")
    return names.decoy(pool, name), salt, exchange.service.entropy.bits(srp.GROUP_BITS - 1)
