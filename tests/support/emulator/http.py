"""HTTP requests to an emulator, by the standard library."""

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

PREFIX = "AWSCognitoIdentityProviderService."


def ask(
    url: str, method: str, path: str, body: bytes = b"", /, **headers: str
) -> tuple[int, http.client.HTTPMessage, bytes]:
    """Send a request; return the status, the headers and the body."""
    target = urlsplit(url)
    connection = http.client.HTTPConnection(target.hostname or "", target.port, timeout=10)
    try:
        connection.request(method, path, body, headers)
        reply = connection.getresponse()
        return reply.status, reply.headers, reply.read()
    finally:
        connection.close()


def post(url: str, operation: str, body: bytes) -> tuple[int, http.client.HTTPMessage, Any]:
    """Send an operation's request; ``operation`` is the value of X-Amz-Target."""
    headers = {"X-Amz-Target": operation, "Content-Type": "application/x-amz-json-1.1"}
    status, received, content = ask(url, "POST", "/", body, **headers)
    return status, received, json.loads(content)
