"""The running event loop, which must be asyncio's."""

import asyncio

from authflow.core.errors import InvalidInput


def require_event_loop() -> asyncio.AbstractEventLoop:
    """Return the running event loop.

    Raises:
        InvalidInput: asyncio runs none: the caller runs under trio, or in no loop.
    """
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        problem = "is not asyncio's: run this under asyncio, or use Authenticator with a blocking backend in a thread"
        raise InvalidInput("event loop", problem) from None
