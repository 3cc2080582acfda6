"""What a connection still holds after an answer: such a connection must not carry another person's request.

httpcore 1.0 keeps what came after an answer, as from a server that answers twice, and takes it for the next answer:
before it uses a connection again it looks at the socket only. What was read from there already is in places that nobody
publishes. So where one of them isn't found, the connection counts as one that holds something.
"""

from typing import Any, cast

import httpx


def left_over(response: httpx.Response) -> bool:
    """Tell whether anything is left after an answer that was read to its end and is not closed yet."""
    if "network_stream" not in response.extensions or response.http_version == "HTTP/2":
        return False  # not a connection of httpcore's, or one whose frames say which request they answer
    try:
        connection = cast(Any, response.stream)._stream._httpcore_stream._stream._connection
        return bool(connection._h11_state.trailing_data[0]) or _holds(connection._network_stream)
    except AttributeError:
        return True


def _holds(stream: Any) -> bool:  # noqa: ANN401 - of several libraries
    kind = type(stream).__name__
    if kind == "AnyIOStream":  # httpcore's, around those of anyio, which may be TLS in TLS
        return _holds(stream._stream)
    if kind == "TLSStream":
        return bool(stream._read_bio.pending) or _holds(stream.transport_stream)
    if kind == "SocketStream":
        return bool(stream._protocol.read_queue)
    if kind == "TLSinTLSStream":  # httpcore's, through an https:// proxy
        return bool(stream._incoming.pending)
    return kind != "SyncStream"  # which reads from the socket, no more than it returns
