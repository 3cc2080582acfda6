"""When a throttled request is sent again. The home of tenacity, which is loaded when Cognito first throttles."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from authflow.core._validation import require_instance
from authflow.core.errors import InvalidInput, Throttled

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
        """Return what ``send`` returns, once it is let through.

        Raises:
            Throttled: the last try's.
        """
        try:
            return await send()
        except Throttled as error:
            if self.tries == 1:
                raise
            throttled = [error]

        async def replayed() -> T:
            if throttled:
                raise throttled.pop()  # the first try, made before tenacity was needed
            return await send()

        result: T = await self._retrying(sleep)(replayed)
        return result

    def _retrying(self, sleep: Callable[[float], Awaitable[None]]) -> Any:  # noqa: ANN401 - its type would load tenacity
        from tenacity import (  # noqa: PLC0415 - see the module's docstring
            AsyncRetrying,
            retry_if_exception_type,
            stop_after_attempt,
            wait_random_exponential,
        )

        return AsyncRetrying(
            retry=retry_if_exception_type(Throttled),
            stop=stop_after_attempt(self.tries),
            wait=wait_random_exponential(multiplier=self.first, max=self.longest),
            sleep=sleep,
            reraise=True,
        )
