"""Retries of throttled requests."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import uniform
from typing import Final, TypeVar

from authflow.core._validation import require_instance
from authflow.core.errors import InvalidInput, Throttled

__all__ = ["Backoff"]

MAX_TRIES: Final = 100
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Backoff:
    """How a driver retries throttled requests: capped exponential back-off with full jitter.

    A driver retries nothing else, because only a throttled request is known to have consumed nothing. The algorithm is
    that of "Exponential Backoff And Jitter" in the AWS Architecture Blog.

    Attributes:
        tries: how often a request is sent in total, from 1 to 100. With 1, ``Throttled`` is raised at once.
        first: the upper limit of the first pause, in seconds. The limit doubles with each later pause; the pause
            itself is a random time up to the limit.
        longest: the upper limit of all pauses, in seconds.

    Raises:
        InvalidInput: a value is not a number, or out of range.
    """

    tries: int = 3
    first: float = 0.5
    longest: float = 5.0

    def __post_init__(self) -> None:
        if not 1 <= require_instance("tries", self.tries, int) <= MAX_TRIES:
            raise InvalidInput("tries", f"must be from 1 to {MAX_TRIES}")
        for name, seconds in (("first", self.first), ("longest", self.longest)):
            if not isinstance(seconds, int | float) or not 0 <= seconds <= 86_400:  # a day; excludes NaN
                raise InvalidInput(name, "must be a number of seconds, from 0 to 86400")

    async def run(self, send: Callable[[], Awaitable[T]], sleep: Callable[[float], Awaitable[None]]) -> T:
        """Call ``send`` until it is not throttled, and return its result.

        Args:
            send: sends the request.
            sleep: waits for a number of seconds.

        Raises:
            Throttled: the last try was throttled too.
        """
        for attempt in range(self.tries - 1):
            try:
                return await send()
            except Throttled:
                limit = min(self.longest, self.first * 2**attempt)
            await sleep(uniform(0, limit))  # noqa: S311 - it spreads load, and is not a secret
        return await send()
