"""What the emulator draws: everything comes from one source, so that a seed makes it repeatable."""

import string
import uuid
from random import Random, SystemRandom
from typing import Final

LOWERCASE_ALPHANUMERIC: Final = string.ascii_lowercase + string.digits
ALPHANUMERIC: Final = string.ascii_letters + string.digits


class Entropy:
    """Random identifiers, codes and bytes.

    Args:
        seed: the same seed gives the same values; without one they come from the operating system and can't be
            guessed. A seeded emulator is for tests: its secrets are as good as public.
    """

    def __init__(self, seed: int | str | bytes | None = None) -> None:
        self._random = SystemRandom() if seed is None else Random(seed)  # noqa: S311 -- repeatable on request

    def bits(self, count: int) -> int:
        """Return an integer of exactly ``count`` bits: its top bit is set."""
        return self._random.getrandbits(count - 1) | 1 << (count - 1)

    def bytes(self, count: int) -> bytes:
        """Return ``count`` random bytes."""
        return self._random.randbytes(count)

    def text(self, alphabet: str, length: int) -> str:
        """Return ``length`` characters of ``alphabet``."""
        return "".join(self._random.choices(alphabet, k=length))

    def code(self, digits: int = 6) -> str:
        """Return a numeric code."""
        return self.text(string.digits, digits)

    def uuid(self) -> str:
        """Return a version 4 UUID."""
        return str(uuid.UUID(bytes=self.bytes(16), version=4))

    def shuffled(self, characters: str) -> str:
        """Return the same characters in another order."""
        return "".join(self._random.sample(characters, len(characters)))
