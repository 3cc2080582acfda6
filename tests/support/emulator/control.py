"""Requests to the emulator's own paths."""

import http.client
import json
from typing import Any
from urllib.parse import urlsplit


def control(url: str, method: str, path: str, body: object = None, **headers: str) -> tuple[int, Any]:
    """Send a request below ``/_authflow``; return the status and the JSON in the response."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 0, timeout=30)
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    sent = {"Content-Type": "application/json", **given}
    payload = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
    try:
        connection.request(method, f"/_authflow{path}", payload, sent)
        response = connection.getresponse()
        return response.status, json.loads(response.read() or b"null")
    finally:
        connection.close()
