"""Detects trailing data after a response: such a connection must not carry another person's request.

If a server sends two responses to one request, httpcore 1.0 keeps the second one and takes it for the response to the
next request: before it reuses a connection, it only checks the socket. Data that was already read is in attributes that
are not public. If one of them is missing, the connection is treated as one with trailing data.
"""

from typing import Any, cast

import httpx


def has_trailing_data(response: httpx.Response) -> bool:
    """Tell whether a connection has data after a response, which must be read to its end but not closed."""
    if "network_stream" not in response.extensions or response.http_version == "HTTP/2":
        return False  # not httpcore's, or HTTP/2, whose frames name their request
    try:
        connection = cast(Any, response.stream)._stream._httpcore_stream._stream._connection
        return bool(connection._h11_state.trailing_data[0]) or _holds(connection._network_stream)
    except AttributeError:
        return True


def _holds(stream: Any) -> bool:  # noqa: ANN401 - of several libraries
    kind = type(stream).__name__
    if kind == "AnyIOStream":  # httpcore's wrapper of anyio's streams, which may be TLS in TLS
        return _holds(stream._stream)
    if kind == "TLSStream":
        return bool(stream._read_bio.pending) or _holds(stream.transport_stream)
    if kind == "SocketStream":
        return bool(stream._protocol.read_queue)
    if kind == "TLSinTLSStream":  # httpcore's, through an https:// proxy
        return bool(stream._incoming.pending)
    return kind != "SyncStream"  # a SyncStream reads no more than it returns
