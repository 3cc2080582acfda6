"""Servers of Lambda functions: they answer an event as a given function says, or as raw bytes."""

import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

#: a server of a function in JavaScript, which follows the protocol of Lambda's local runtimes
NODE_SERVER = """
const http = require("http");
const handler = async (event) => {
  if (event.request.userAttributes.email.endsWith("@example.org")) throw new Error("wrong domain");
  event.response.autoConfirmUser = true;
  event.response.autoVerifyEmail = true;
  return event;
};
http.createServer((request, response) => {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", async () => {
    if (request.url !== "/2015-03-31/functions/function/invocations") {
      response.writeHead(404).end();
      return;
    }
    try {
      const event = await handler(JSON.parse(Buffer.concat(chunks)));
      response.writeHead(200, {"Content-Type": "application/json"}).end(JSON.stringify(event));
    } catch (error) {
      response.writeHead(200, {"X-Amz-Function-Error": "Unhandled"});
      response.end(JSON.stringify({errorType: error.name, errorMessage: error.message}));
    }
  });
}).listen(0, "127.0.0.1", function () { console.log(this.address().port); });
"""


def make_response(body: bytes, status: int = 200, *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} Status", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


@dataclass
class RawServer:
    """A server that answers each request with raw bytes.

    Attributes:
        answer: returns the parts of the answer, by the number of the request.
        pause: seconds between two parts.
        requests: the requests.
    """

    answer: Callable[[int], list[bytes]]
    pause: float = 0.0
    requests: list[bytes] = field(default_factory=list)
    url: str = ""
    ended: threading.Event = field(default_factory=threading.Event)

    def serve(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self.handle, args=(connection,), daemon=True).start()

    def handle(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            self.requests.append(read_request(connection))
            for part in self.answer(len(self.requests)):
                connection.sendall(part)
                time.sleep(self.pause)
        self.ended.set()


def read_request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].split()[0])
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


@contextmanager
def serving_raw(answer: Callable[[int], list[bytes]], pause: float = 0.0) -> Iterator[RawServer]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = RawServer(answer, pause, url=f"http://127.0.0.1:{listener.getsockname()[1]}/f?x=1")
        thread = threading.Thread(target=server.serve, args=(listener,))
        thread.start()
        try:
            yield server
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


@contextmanager
def serving_node(node: str) -> Iterator[str]:
    """Run a function in JavaScript, and yield its URL."""
    with subprocess.Popen([node, "-e", NODE_SERVER], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            port = int(process.stdout.readline())
            yield f"http://127.0.0.1:{port}/2015-03-31/functions/function/invocations"
        finally:
            process.kill()
