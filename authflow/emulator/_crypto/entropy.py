"""The emulator's only source of random values, so that a seed makes them repeatable."""

import string
import struct
import uuid
from base64 import b64decode, b64encode
from random import Random, SystemRandom
from typing import Final

LOWERCASE_ALPHANUMERIC: Final = string.ascii_lowercase + string.digits
ALPHANUMERIC: Final = string.ascii_letters + string.digits
#: the state of ``random.Random``, and its version
STATE: Final = struct.Struct(">625I")
VERSION: Final = 3


class Entropy:
    """Random identifiers, codes and bytes.

    Args:
        seed: the same seed gives the same values, so they can be predicted. Use it for tests only. If None, the values
            come from the operating system and can't be predicted.
    """

    def __init__(self, seed: int | str | bytes | None = None) -> None:
        self._random = SystemRandom() if seed is None else Random(seed)  # noqa: S311 -- repeatable on request

    def save(self) -> str | None:
        """Return the position in the sequence of values that the seed gives, as a text; None without a seed."""
        return (
            None
            if isinstance(self._random, SystemRandom)
            else b64encode(STATE.pack(*self._random.getstate()[1])).decode()
        )

    def restore(self, position: str | None) -> None:
        """Go on from a position that ``save`` has returned. Nothing happens without a seed.

        Raises:
            ValueError: the text is no position.
        """
        if position is None or isinstance(self._random, SystemRandom):
            return
        try:
            self._random.setstate((VERSION, STATE.unpack(b64decode(position, validate=True)), None))
        except struct.error:
            raise ValueError("not a position of the random values") from None

    def bits(self, count: int) -> int:
        """Return a random integer of exactly ``count`` bits: its top bit is set."""
        return self._random.getrandbits(count - 1) | 1 << (count - 1)

    def bytes(self, count: int) -> bytes:
        """Return ``count`` random bytes."""
        return self._random.randbytes(count)

    def text(self, alphabet: str, length: int) -> str:
        """Return ``length`` random characters of ``alphabet``."""
        return "".join(self._random.choices(alphabet, k=length))

    def code(self, digits: int = 6) -> str:
        """Return a random numeric code."""
        return self.text(string.digits, digits)

    def uuid(self) -> str:
        """Return a random UUID (version 4)."""
        return str(uuid.UUID(bytes=self.bytes(16), version=4))

    def shuffle(self, characters: str) -> str:
        """Return the same characters in random order."""
        return "".join(self._random.sample(characters, len(characters)))
