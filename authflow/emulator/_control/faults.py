"""Faults that are switched on: operations that are refused, throttled, delayed, or whose reply gets lost."""

import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, overload

from authflow.emulator._errors import ServiceError

#: stands for all operations
ANY: Final = "*"
THROTTLED: Final = ("TooManyRequestsException", "Rate exceeded")
#: seconds
MAX_DELAY: Final = 300


class FaultKind(StrEnum):
    """What a fault does to a request."""

    REFUSE = "refuse"
    THROTTLE = "throttle"
    DELAY = "delay"
    LOSE = "lose"


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault.

    Attributes:
        operation: the operation that has it; ``*`` for all of them.
        kind: ``refuse``: nothing is done, and the client gets ``error``. ``throttle``: the same with
            TooManyRequestsException. ``delay``: the operation begins later. ``lose``: the operation is carried out, and
            the client gets no reply.
        error: the exception's name in Cognito's API, for ``refuse``.
        message: the text of the refusal.
        seconds: the delay.
        times: how many requests will have the fault; None for all.
        number: what the fault is removed by; the emulator gives it.

    Raises:
        ValueError: a value does not fit.
    """

    operation: str
    kind: FaultKind
    error: str = "InternalErrorException"
    message: str = "A fault was switched on"
    seconds: float = 0
    times: int | None = None
    number: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "kind", FaultKind(self.kind))
        if not 0 <= self.seconds <= MAX_DELAY:
            raise ValueError(f"seconds: must be 0 to {MAX_DELAY}")
        if self.times is not None and self.times < 1:
            raise ValueError("times: must be at least 1")

    def refuse(self) -> ServiceError:
        """Return the refusal of a request."""
        return ServiceError(*(THROTTLED if self.kind is FaultKind.THROTTLE else (self.error, self.message)))


class Faults(Sequence[Fault]):
    """The faults of an emulator, in the order in which they were switched on. All that fit a request apply to it."""

    def __init__(self) -> None:
        self._faults: dict[int, Fault] = {}
        self._next = 1
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._faults)

    @overload
    def __getitem__(self, index: int) -> Fault: ...
    @overload
    def __getitem__(self, index: slice) -> list[Fault]: ...
    def __getitem__(self, index: int | slice) -> Fault | list[Fault]:
        return list(self._faults.values())[index]

    def add(self, fault: Fault) -> Fault:
        """Switch a fault on, and return it with its number."""
        with self._lock:
            numbered = replace(fault, number=self._next)
            self._faults[self._next] = numbered
            self._next += 1
            return numbered

    def remove(self, number: int) -> bool:
        """Switch a fault off; return whether it was on."""
        with self._lock:
            return self._faults.pop(number, None) is not None

    def clear(self) -> None:
        """Switch all faults off."""
        with self._lock:
            self._faults.clear()

    def apply(self, operation: str) -> bool:
        """Apply the faults of a request: wait, refuse it, or return whether its reply gets lost.

        Raises:
            ServiceError: the request is refused.
        """
        with self._lock:
            matching = list(self._take(operation))
        time.sleep(sum(fault.seconds for fault in matching if fault.kind is FaultKind.DELAY))
        for fault in matching:
            if fault.kind in {FaultKind.REFUSE, FaultKind.THROTTLE}:
                raise fault.refuse()
        return any(fault.kind is FaultKind.LOSE for fault in matching)

    def _take(self, operation: str) -> Iterator[Fault]:
        for number, fault in list(self._faults.items()):
            if fault.operation not in {operation, ANY}:
                continue
            if fault.times is not None:
                if fault.times == 1:
                    del self._faults[number]
                else:
                    self._faults[number] = replace(fault, times=fault.times - 1)
            yield fault
