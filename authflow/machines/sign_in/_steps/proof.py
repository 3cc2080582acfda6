"""SRP key pairs and proofs, for passwords and for remembered devices."""

from authflow.core.pairs import SecretPairs
from authflow.core.replies import ChallengeReply
from authflow.core.secret import Secret
from authflow.core.srp import EPHEMERAL_BYTES, Ephemeral, claim_signature, format_timestamp
from authflow.core.stamp import Stamp


def make_ephemeral(stamp: Stamp) -> Ephemeral:
    """Return an ephemeral key pair, derived from ``stamp``. Use it once for each stamp."""
    return Ephemeral.from_entropy(stamp.derive("srp ephemeral", EPHEMERAL_BYTES))


def make_proof(
    reply: ChallengeReply, stamp: Stamp, ephemeral: Ephemeral, *, group: str, user: str, password: Secret
) -> SecretPairs:
    """Return the members of an answer to PASSWORD_VERIFIER or DEVICE_PASSWORD_VERIFIER that prove the password.

    Raises:
        UnexpectedReply: the reply lacks a value, or has a malformed or forbidden one.
    """
    secret_block, timestamp = reply.require_parameter("SECRET_BLOCK"), format_timestamp(stamp.at)
    signature = claim_signature(
        ephemeral,
        group=group,
        user=user,
        password=password.reveal(),
        salt=reply.require_parameter("SALT"),
        srp_b=reply.require_parameter("SRP_B"),
        secret_block=secret_block,
        timestamp=timestamp,
    )
    return (
        ("PASSWORD_CLAIM_SECRET_BLOCK", secret_block),
        ("PASSWORD_CLAIM_SIGNATURE", Secret(signature)),  # Cognito accepts a proof again for a while
        ("TIMESTAMP", timestamp),
    )
