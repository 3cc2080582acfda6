"""HTTP servers that send a given response, late, or not at all."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from authflow import Srp, begin
from authflow.core.requests import Request
from tests.support.samples import APP, stamp


@dataclass
class Server:
    """The response to send, and the requests that were received.

    ``delay``: send no response, and keep the connection until this is set.
    """

    status: int = 200
    body: bytes = b"{}"
    delay: threading.Event | None = None
    received: list[tuple[dict[str, str], Any]] = field(default_factory=list)
    url: str = ""


@contextmanager
def serving(server: Server) -> Iterator[Server]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            server.received.append((dict(self.headers), json.loads(body)))
            if server.delay:
                server.delay.wait()
                return
            self.send_response(server.status)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(server.body)))
            self.end_headers()
            self.wfile.write(server.body)

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    httpd.daemon_threads = True
    thread = threading.Thread(target=httpd.serve_forever, args=(0.01,))
    thread.start()
    server.url = f"http://127.0.0.1:{httpd.server_port}"
    try:
        yield server
    finally:
        httpd.shutdown()
        thread.join()
        httpd.server_close()


def make_request() -> Request:
    found = begin(APP, Srp("ada", "pw"), stamp()).request
    assert found
    return found


def error_body(code: str, message: str = "why") -> bytes:
    return json.dumps({"__type": code, "message": message}).encode()
