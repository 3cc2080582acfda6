"""A server that responds without delay and always with the same values, so that only the client is measured.

``python -m benchmarks.stub`` prints its address and runs until it is stopped.
"""

import asyncio
import json
from typing import Final

from tests.support import replies

_REPLIES: Final = {
    b"InitiateAuth": replies.password_verifier(),
    b"RespondToAuthChallenge": replies.tokens(),
}
_HEAD: Final = "HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.1\r\nContent-Length: {}\r\n\r\n"
_BODIES: Final = {operation: json.dumps(reply).encode() for operation, reply in _REPLIES.items()}
_RESPONSES: Final = {operation: _HEAD.format(len(body)).encode() + body for operation, body in _BODIES.items()}


class Stub(asyncio.Protocol):
    """One connection. Of a request it reads only the length and the operation."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Store the transport."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - for the type
        self._transport = transport
        self._received = b""

    def data_received(self, data: bytes) -> None:
        """Respond to each complete request."""
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0:
            head = self._received[:end].lower()
            length = int(_find_header(head, b"content-length"))
            whole = end + 4 + length
            if len(self._received) < whole:
                return
            operation = _find_header(self._received[:end], b"X-Amz-Target").rpartition(b".")[2]
            self._received = self._received[whole:]
            self._transport.write(_RESPONSES[operation])


def _find_header(head: bytes, name: bytes) -> bytes:
    at = head.lower().index(name.lower() + b":") + len(name) + 1
    return head[at:].partition(b"\r\n")[0].strip()


async def main() -> None:
    """Serve on a free port of the loopback interface."""
    server = await asyncio.get_running_loop().create_server(Stub, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    print(f"stub: http://127.0.0.1:{port}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
