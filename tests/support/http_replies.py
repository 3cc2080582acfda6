"""Responses, byte by byte, that name the user whose request they answer."""

import gzip
import json
from typing import Any, Final
from urllib.parse import quote

from authflow import Password, begin
from authflow.core.requests import Request
from tests.support.hostile_server import Peer, Received
from tests.support.samples import APP, stamp

EARLY_HINTS: Final = b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n"


def ask_for(username: str) -> Request:
    """Return the request that begins a user's sign-in. Names may be texts that no username is, such as statuses."""
    request = begin(APP, Password(quote(username), "pw"), stamp()).request
    assert request
    return request


def make_body(username: str, padding: int = 0) -> bytes:
    """Return a reply to a user's request."""
    parameters = {"USERNAME": username, "padding": "x" * padding}
    reply = {
        "ChallengeName": "CUSTOM_CHALLENGE",
        "Session": f"Session of {username}",
        "ChallengeParameters": parameters,
    }
    return json.dumps(reply).encode()


def respond(body: bytes, status: str = "200 OK", *fields: str) -> bytes:
    """Return a response with a Content-Length."""
    head = (f"HTTP/1.1 {status}", "Content-Type: application/x-amz-json-1.1", *fields, f"Content-Length: {len(body)}")
    return "".join(f"{line}\r\n" for line in (*head, "")).encode() + body


def respond_chunked(body: bytes, *fields: str) -> bytes:
    """Return a response in one chunk."""
    head = "".join(f"{line}\r\n" for line in ("HTTP/1.1 200 OK", *fields, "Transfer-Encoding: chunked", ""))
    return head.encode() + b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)


def respond_packed(body: bytes) -> bytes:
    """Return a response whose body is compressed."""
    return respond(gzip.compress(body), "200 OK", "Content-Encoding: gzip")


def reply_to(received: Received) -> bytes:
    """Return the proper response to a request."""
    return respond(make_body(received.username))


def reply_of_size(received: Received, size: int) -> bytes:
    """Return the proper response to a request, head and body together of exactly ``size`` bytes."""
    padding = size - len(reply_to(received)) - 16
    while len(found := respond(make_body(received.username, padding))) < size:
        padding += 1
    assert len(found) == size
    return found


def behave(peer: Peer, received: Received) -> None:
    """The script of a server without faults."""
    peer.send(reply_to(received))


def find_username(reply: Any) -> str:
    """Return the user whom a reply names."""
    return str(reply.get("ChallengeParameters", {}).get("USERNAME"))
