"""The check that a backend is of the kind that its user calls."""

from typing import Final

from authflow.core._coroutines import is_async
from authflow.core.errors import InvalidInput

_NEEDS_ASYNC: Final = "is blocking: use Threaded(backend), which makes an AsyncBackend of it"
NEEDS_BLOCKING: Final = "is an AsyncBackend, where a blocking one is needed: an AsyncAuthenticator takes it as it is"


def require_call(backend: object, *, asynchronous: bool) -> None:
    """Raise InvalidInput if ``backend`` is not a backend of this kind."""
    call = getattr(backend, "call", None)
    if not callable(call):
        raise InvalidInput("backend", "has no method call")
    if is_async(call) is not asynchronous:
        raise InvalidInput("backend", _NEEDS_ASYNC if asynchronous else NEEDS_BLOCKING)
