"""SECRET_BLOCK: an SRP round travels in it, from the challenge to the proof."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from authflow.emulator import _errors
from authflow.emulator._crypto.entropy import Entropy
from authflow.emulator._records.client import UserPoolClient
from authflow.emulator._records.expiring import Expiring

if TYPE_CHECKING:
    from authflow.emulator._crypto.jose import Sealer


@dataclass(frozen=True, slots=True)
class SrpRound:
    """What the service must know of an SRP round to check its proof.

    Attributes:
        challenge: the one that the proof answers.
        username: the canonical name; nobody may have it, where the pool hides who exists.
        flow: the AuthFlow that the sign-in began with.
        device_key: the device that it came from, if it said so.
        salt: of the password, or the device's secret, that the round is about.
        key: the key that a right proof is made with.
    """

    challenge: str
    username: str
    flow: str
    device_key: str | None
    salt: int = field(repr=False)
    key: bytes = field(repr=False)


class SecretBlocks:
    """Makes and opens SECRET_BLOCKs; remembers the used ones until they expire."""

    def __init__(self, entropy: Entropy) -> None:
        self._entropy = entropy
        self._sealer: Sealer | None = None
        self._used: Expiring[bool] = Expiring()

    def seal(self, client: UserPoolClient, srp_round: SrpRound, expires: datetime) -> str:
        """Return a new block, bound to client (so to its pool) and user."""
        state = {
            "id": self._entropy.uuid(),
            "client": client.id,
            "challenge": srp_round.challenge,
            "username": srp_round.username,
            "flow": srp_round.flow,
            "device_key": srp_round.device_key,
            "salt": f"{srp_round.salt:x}",
            "key": srp_round.key.hex(),
            "expires": expires.timestamp(),
        }
        return self._jose().seal(state)

    def redeem(self, text: str, client: UserPoolClient, wanted: tuple[str, str, str], now: datetime) -> SrpRound:
        """Return the round in a block, which can't be redeemed again; ``wanted`` are its challenge, username and flow.

        Raises:
            ServiceError: NotAuthorizedException: it was altered, belongs to something else, was used, or is expired.
        """
        state = self._jose().unseal(text)
        names = ("client", "challenge", "username", "flow")
        if state is None or tuple(state[name] for name in names) != (client.id, *wanted):
            raise _errors.WRONG_PASSWORD()
        if self._used.get(state["id"]):
            raise _errors.SESSION_USED()
        expires = datetime.fromtimestamp(state["expires"], now.tzinfo)
        if now >= expires:
            raise _errors.SESSION_EXPIRED()
        self._used.put(state["id"], value=True, until=expires, now=now)
        salt, key = int(state["salt"], 16), bytes.fromhex(state["key"])
        return SrpRound(*wanted, state["device_key"], salt, key)

    def _jose(self) -> "Sealer":
        if self._sealer is None:
            from authflow.emulator._crypto.jose import Sealer  # noqa: PLC0415 -- see there

            self._sealer = Sealer(self._entropy)
        return self._sealer
