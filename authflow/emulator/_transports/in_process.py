"""The transport for authflow's own drivers: calls within the process."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from authflow.core.errors import BackendError, Refusal
from authflow.emulator._errors import ReplyLost, ServiceError


class Request(Protocol):
    """What the backend uses of a request.

    Attributes:
        operation: the operation's name in Cognito's API.
    """

    operation: ClassVar[str]

    def params(self) -> Mapping[str, object]:
        """Return the request, as JSON values."""


@dataclass(frozen=True, slots=True)
class InProcessBackend:
    """A blocking backend that calls the emulator in the caller's thread."""

    _call: Callable[[str, Mapping[str, object]], dict[str, Any]]

    def call(self, request: Request) -> Mapping[str, Any]:
        """Return the reply to a request.

        Raises:
            Refusal: the emulator refuses the request.
            BackendError: a fault says that the reply gets lost.
        """
        try:
            return self._call(request.operation, request.params())
        except ServiceError as error:
            raise Refusal(error.code, error.message) from None
        except ReplyLost as lost:
            raise BackendError(str(lost)) from None
