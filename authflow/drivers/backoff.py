"""When a throttled request is sent again."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import uniform
from typing import Final, TypeVar

from authflow.core._validation import require_instance
from authflow.core.errors import InvalidInput, Throttled

__all__ = ["Backoff"]

TRIES_MOST: Final = 100
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Backoff:
    """How a driver goes on after ``Throttled``: capped exponential back-off with full jitter.

    Nothing else is ever sent again: only of a throttled request it is known that it consumed nothing. The pauses follow
    "Exponential Backoff And Jitter" in AWS's Architecture Blog.

    Attributes:
        tries: how often a request is sent in all; 1: Throttled is raised at once.
        first: seconds; the first pause is a random time up to this, each later one up to twice the one before.
        longest: seconds; no pause is longer.

    Raises:
        InvalidInput: no number of tries, or no number of seconds.
    """

    tries: int = 3
    first: float = 0.5
    longest: float = 5.0

    def __post_init__(self) -> None:
        if not 1 <= require_instance("tries", self.tries, int) <= TRIES_MOST:
            raise InvalidInput("tries", f"must be from 1 to {TRIES_MOST}")
        for name, seconds in (("first", self.first), ("longest", self.longest)):
            if not isinstance(seconds, int | float) or not 0 <= seconds <= 86_400:  # a day; NaN is not
                raise InvalidInput(name, "must be a number of seconds, at most a day's")

    async def run(self, send: Callable[[], Awaitable[T]], sleep: Callable[[float], Awaitable[None]]) -> T:
        """Return what ``send`` returns, once it is not throttled.

        Raises:
            Throttled: the last try was throttled too.
        """
        for turn in range(self.tries - 1):
            try:
                return await send()
            except Throttled:
                pause = min(self.longest, self.first * 2**turn)
            await sleep(uniform(0, pause))  # noqa: S311 - it spreads load, it is no secret
        return await send()
