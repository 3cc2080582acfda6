"""The time limit of a call, which covers all its steps."""

import time
from typing import Final


class Deadline:
    """The moment at which a call must end, whatever it is doing."""

    def __init__(self, seconds: float) -> None:
        self.seconds: Final = seconds
        self._until = time.monotonic() + seconds

    @property
    def is_over(self) -> bool:
        """Whether the call must end."""
        return time.monotonic() >= self._until

    def limit(self, seconds: float) -> float:
        """Return the seconds that a step may take: ``seconds``, or what is left of the call if that is less.

        Raises:
            TimeoutError: nothing is left.
        """
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError("the call took too long")
        return min(seconds, left)
