"""SECRET_BLOCK: the encrypted state of an SRP round.

The client gets it with a challenge and returns it with the proof.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from authflow.emulator import _errors
from authflow.emulator._crypto.entropy import Entropy
from authflow.emulator._records.client import UserPoolClient
from authflow.emulator._records.watching import WatchedMap

if TYPE_CHECKING:
    from authflow.emulator._crypto.jose import StateCipher


@dataclass(frozen=True, slots=True)
class SrpRound:
    """The state of an SRP round that the service needs to verify the proof.

    Attributes:
        challenge: the challenge that the proof answers.
        username: the canonical username, which may be a decoy user's.
        flow: the AuthFlow of the sign-in.
        device_key: the DEVICE_KEY of the request, if it had one.
        event_id: the id of the sign-in's event.
        salt: the salt of the password or of the device's secret.
        key: the key that a correct proof is made with.
    """

    challenge: str
    username: str
    flow: str
    device_key: str | None
    event_id: str
    salt: int = field(repr=False)
    key: bytes = field(repr=False)


class SecretBlocks:
    """Issues and redeems SECRET_BLOCKs.

    Where each can be redeemed once, the blocks that still can be are remembered, not the used ones: after the clock was
    set forward and back, a forgotten block is refused.

    Attributes:
        key: the secret key that encrypts the blocks; None before the first one.
        unused: whether a block can be redeemed, by the block's id; False once it is used.
    """

    def __init__(self, entropy: Entropy) -> None:
        self._entropy = entropy
        self._cipher: StateCipher | None = None
        self.key: bytes | None = None
        self.unused: WatchedMap[bool] = WatchedMap()

    def issue(self, client: UserPoolClient, srp_round: SrpRound, *, expires: datetime, now: datetime) -> str:
        """Return a new SECRET_BLOCK. It is bound to the client, and so to its pool, and to the state of the round."""
        identifier = self._entropy.uuid()
        self.unused.put(identifier, value=True, until=expires, now=now)
        state = {
            "id": identifier,
            "client": client.id,
            "challenge": srp_round.challenge,
            "username": srp_round.username,
            "flow": srp_round.flow,
            "device_key": srp_round.device_key,
            "event_id": srp_round.event_id,
            "salt": f"{srp_round.salt:x}",
            "key": srp_round.key.hex(),
            "expires": expires.timestamp(),
        }
        return self._get_cipher().encrypt(state)

    def redeem(
        self, text: str, client: UserPoolClient, expected: tuple[str, str, str], now: datetime, *, once: bool
    ) -> SrpRound:
        """Return the SRP round in a SECRET_BLOCK.

        Args:
            text: the SECRET_BLOCK.
            client: the app client of the request.
            expected: the challenge, the username and the AuthFlow that the round must have.
            now: the current time.
            once: whether the block can't be redeemed again.

        Raises:
            ServiceError: NotAuthorizedException: the block was changed, belongs to another round, was used or expired.
        """
        state = self._get_cipher().decrypt(text)
        names = ("client", "challenge", "username", "flow")
        if state is None or tuple(state[name] for name in names) != (client.id, *expected):
            raise _errors.WRONG_PASSWORD()
        unused = self.unused.get(state["id"])
        if once and unused is False:
            raise _errors.SESSION_USED()
        expires = datetime.fromtimestamp(state["expires"], now.tzinfo)
        if (once and unused is None) or now >= expires:
            raise _errors.SESSION_EXPIRED()
        if once:
            self.unused.put(state["id"], value=False, until=expires, now=now)
        salt, key = int(state["salt"], 16), bytes.fromhex(state["key"])
        return SrpRound(*expected, state["device_key"], state["event_id"], salt, key)

    def _get_cipher(self) -> "StateCipher":
        if self._cipher is None:
            from authflow.emulator._crypto.jose import StateCipher  # noqa: PLC0415 -- slow to import, see there

            self.key = self.key or self._entropy.bytes(32)
            self._cipher = StateCipher(self.key)
        return self._cipher
