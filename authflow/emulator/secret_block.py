"""SECRET_BLOCK: an SRP round travels in it, from the challenge to the proof."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from authflow.emulator import faults
from authflow.emulator.client import UserPoolClient
from authflow.emulator.entropy import Entropy
from authflow.emulator.expiring import Expiring

if TYPE_CHECKING:
    from authflow.emulator.jose import Sealer


@dataclass(frozen=True, slots=True)
class Round:
    """What the service must know of an SRP round to check its proof.

    Attributes:
        username: the canonical name; nobody may have it, where the pool hides who exists.
        salt: of the password that the round is about.
        key: the key that a right proof is made with.
    """

    username: str
    salt: int = field(repr=False)
    key: bytes = field(repr=False)


class SecretBlocks:
    """Makes and opens SECRET_BLOCKs; remembers the used ones until they expire."""

    def __init__(self, entropy: Entropy) -> None:
        self._entropy = entropy
        self._sealer: Sealer | None = None
        self._used: Expiring[bool] = Expiring()

    def seal(self, client: UserPoolClient, srp_round: Round, now: datetime) -> str:
        """Return a new block, bound to client (so to its pool) and user."""
        state = {
            "id": self._entropy.uuid(),
            "client": client.id,
            "username": srp_round.username,
            "salt": f"{srp_round.salt:x}",
            "key": srp_round.key.hex(),
            "expires": (now + client.session_validity).timestamp(),
        }
        return self._jose().seal(state)

    def redeem(self, text: str, client: UserPoolClient, username: str, now: datetime) -> Round:
        """Return the round in a block, which can't be redeemed again.

        Raises:
            ServiceError: NotAuthorizedException: it was altered, belongs to something else, was used, or is expired.
        """
        state = self._jose().unseal(text)
        if state is None or state["client"] != client.id or state["username"] != username:
            raise faults.WRONG_PASSWORD()
        if self._used.get(state["id"]):
            raise faults.SESSION_USED()
        expires = datetime.fromtimestamp(state["expires"], now.tzinfo)
        if now >= expires:
            raise faults.SESSION_EXPIRED()
        self._used.put(state["id"], value=True, until=expires, now=now)
        return Round(username, int(state["salt"], 16), bytes.fromhex(state["key"]))

    def _jose(self) -> "Sealer":
        if self._sealer is None:
            from authflow.emulator.jose import Sealer  # noqa: PLC0415 -- see there

            self._sealer = Sealer(self._entropy)
        return self._sealer
