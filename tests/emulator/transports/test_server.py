"""Clients that keep a server busy: thousands that are idle, slow ones, and those that a shutdown finds."""

import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from authflow.emulator import Emulator, Message, Purpose, running
from authflow.emulator._transports import server
from tests.support.emulator.http import PREFIX, ask, post

HALF_A_HEAD = b"POST / HTTP/1.1\r\nHos"
HALF_A_BODY = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\nhalf"
#: a process that may open no more files than this, and serves an emulator whose PreSignUp does not return
SERVE = """
import resource, time
resource.setrlimit(resource.RLIMIT_NOFILE, (256, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
from authflow.emulator import Emulator
from authflow.emulator._transports.http import Access, serve
emulator = Emulator(default_triggers={"PreSignUp": lambda _: time.sleep(100)})
pool = emulator.call("CreateUserPool", {"PoolName": "pool"})["UserPool"]["Id"]
client = emulator.call("CreateUserPoolClient", {"UserPoolId": pool, "ClientName": "client"})["UserPoolClient"]
serve(lambda _: emulator, Access(), lambda url, _: print(url, client["ClientId"], flush=True))
"""


@contextmanager
def serving() -> Iterator[tuple[subprocess.Popen[str], str, str]]:
    """Yield a process that serves, its URL, and the id of an app client."""
    command = [sys.executable, "-c", SERVE]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            url, client = process.stdout.readline().split()
            yield process, url, client
        finally:
            process.kill()


def stop(process: subprocess.Popen[str]) -> float:
    """Return the seconds that a process takes to end, which has nothing to say."""
    begun = time.monotonic()
    process.send_signal(signal.SIGTERM)
    output, errors = process.communicate(timeout=20)
    assert (process.returncode, output, errors) == (0, "", "")
    return time.monotonic() - begun


def connect(url: str) -> socket.socket:
    return socket.create_connection((urlsplit(url).hostname, urlsplit(url).port), timeout=10)


def is_closed(connection: socket.socket) -> bool:
    with suppress(ConnectionResetError):
        return connection.recv(1) == b""
    return True


def test_thousands_of_idle_connections() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    server.allow_many_connections()
    with serving() as (process, url, _), ExitStack() as stack:
        stack.callback(resource.setrlimit, resource.RLIMIT_NOFILE, before)
        for number in range(2_000):
            stack.enter_context(connect(url)).sendall(HALF_A_HEAD if number % 2 else b"")
        assert ask(url, "GET", "/_authflow/health")[0] == 200
        assert stop(process) < 5  # less than a second on an idle machine


@pytest.mark.parametrize("sent", [b"", HALF_A_HEAD, HALF_A_BODY])
def test_a_client_that_does_not_send_its_request_is_disconnected(sent: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "RECEIVE_SECONDS", 1.0)
    with running(lambda _: Emulator()) as url, connect(url) as connection:
        connection.sendall(sent)
        assert is_closed(connection)


def test_a_client_that_sends_its_requests_stays_connected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "RECEIVE_SECONDS", 1.0)
    with (
        running(lambda _: Emulator()) as url,
        closing(HTTPConnection(urlsplit(url).netloc, timeout=10)) as connection,
    ):
        connection.connect()
        at_first = connection.sock
        for _ in range(12):
            connection.request("GET", "/_authflow/health")
            assert connection.getresponse().read()
            time.sleep(0.3)
        assert connection.sock is at_first, "http.client connects again if it was disconnected"


def test_a_client_that_waits_for_its_response_stays_connected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "RECEIVE_SECONDS", 0.5)
    emulator = Emulator()
    with running(lambda _: emulator) as url, ThreadPoolExecutor() as threads:
        asked = threads.submit(ask, url, "GET", "/_authflow/outbox?wait=20")
        time.sleep(3)
        emulator.outbox.send(Message("pool", "ada", "ada@example.com", "EMAIL", Purpose.MFA, "123456"))
        assert asked.result()[0] == 200


def test_requests_in_progress_do_not_keep_it_from_ending() -> None:
    """Neither one that waits for a message, nor one whose Lambda trigger does not return."""
    with serving() as (process, url, client), ThreadPoolExecutor() as threads:
        sign_up = f'{{"ClientId": "{client}", "Username": "ada", "Password": "Hunter-22"}}'.encode()
        asked = [
            threads.submit(ask, url, "GET", "/_authflow/outbox?wait=60"),
            threads.submit(post, url, f"{PREFIX}SignUp", sign_up),
        ]
        time.sleep(2)
        assert not any(each.done() for each in asked)
        assert stop(process) < 5  # less than a second on an idle machine
        assert all(isinstance(each.exception(), ConnectionError) for each in asked)
