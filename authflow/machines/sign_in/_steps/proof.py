"""SRP proofs: of a password, and of a remembered device."""

from authflow.core.pairs import Pairs
from authflow.core.replies import ChallengeReply
from authflow.core.srp import EPHEMERAL_BYTES, Ephemeral, claim_signature, format_timestamp
from authflow.core.stamp import Stamp


def fresh_ephemeral(stamp: Stamp) -> Ephemeral:
    """Return the ephemeral of the event that ``stamp`` was made for."""
    return Ephemeral.from_entropy(stamp.derive("srp ephemeral", EPHEMERAL_BYTES))


def claim(reply: ChallengeReply, stamp: Stamp, ephemeral: Ephemeral, *, group: str, user: str, password: str) -> Pairs:
    """Return the part of the answer to PASSWORD_VERIFIER or DEVICE_PASSWORD_VERIFIER that proves the password.

    Raises:
        UnexpectedReply: the reply lacks a value, or has one that can't be.
    """
    secret_block, timestamp = reply.require_parameter("SECRET_BLOCK"), format_timestamp(stamp.at)
    signature = claim_signature(
        ephemeral,
        group=group,
        user=user,
        password=password,
        salt=reply.require_parameter("SALT"),
        srp_b=reply.require_parameter("SRP_B"),
        secret_block=secret_block,
        timestamp=timestamp,
    )
    return (
        ("PASSWORD_CLAIM_SECRET_BLOCK", secret_block),
        ("PASSWORD_CLAIM_SIGNATURE", signature),
        ("TIMESTAMP", timestamp),
    )
