"""Bodies of HTTP requests."""

from starlette.requests import Request


async def read_body(request: Request, limit: int) -> bytes | None:
    """Return the body; None if it is longer than ``limit`` bytes.

    Raises:
        ClientDisconnect: the client has gone; nobody receives a response.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            return None
    return bytes(body)
