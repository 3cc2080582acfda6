"""After a fork, each process has connections and threads of its own."""

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from authflow.backends._process_local import ProcessLocal
from authflow.core.errors import InvalidInput
from tests.support.certificates import make_certificate

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")

# The server returns the client id of each request and counts connections. It delays the response to "slow".
PROGRAM = """
import asyncio, json, os, socket, ssl, sys, threading, time, traceback
import boto3, httpx
from dataclasses import replace
from authflow.backends import _limits
from authflow.backends.boto3 import Boto3Backend
from authflow.backends.httpx import AsyncHttpxBackend, HttpxBackend
from authflow.backends.threads import Threaded
from tests.support.servers import make_request

kind, certificate = sys.argv[1:]
tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) if certificate else None
if tls:
    tls.load_cert_chain(certificate)
    os.environ["SSL_CERT_FILE"] = os.environ["AWS_CA_BUNDLE"] = certificate
accepted, broken = [], []
received_slow, go_on = threading.Event(), threading.Event()

def serve(connection):
    try:
        with tls.wrap_socket(connection, server_side=True) if tls else connection as connection:
            with connection.makefile("rb") as reading:
                while True:
                    length = 0
                    while (line := reading.readline()) not in {b"\\r\\n", b""}:
                        if line.lower().startswith(b"content-length:"):
                            length = int(line.split(b":")[1])
                    if not (body := reading.read(length)):
                        return
                    time.sleep(0.1)
                    client_id = json.loads(body)["ClientId"]
                    if client_id == "slow":
                        received_slow.set()
                        go_on.wait()
                    reply = json.dumps({"Session": "x" * 20 + client_id}).encode()
                    connection.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: %d\\r\\n\\r\\n" % len(reply) + reply)
    except OSError as error:
        broken.append(error)

def accept():
    while True:
        connection, _ = listening.accept()
        accepted.append(connection)
        threading.Thread(target=serve, args=(connection,), daemon=True).start()

listening = socket.create_server(("127.0.0.1", 0))
threading.Thread(target=accept, daemon=True).start()
url = f"{'https' if tls else 'http'}://localhost:{listening.getsockname()[1]}"

def ask(who):
    sent = replace(make_request(), client_id=who)
    reply = asyncio.run(backend.call(sent)) if asynchronous else backend.call(sent)
    return reply["Session"][20:]

if kind == "httpx":
    _limits.CONNECTIONS = 1
asynchronous = kind in {"threaded", "async", "async given"}
backend = {
    "httpx": lambda: HttpxBackend(endpoint_url=url),
    "httpx given": lambda: HttpxBackend(endpoint_url=url, client=httpx.Client()),
    "async": lambda: AsyncHttpxBackend(endpoint_url=url),
    "async given": lambda: AsyncHttpxBackend(endpoint_url=url, client=httpx.AsyncClient()),
    "boto3": lambda: Boto3Backend(endpoint_url=url),
    "boto3 given": lambda: Boto3Backend(boto3.client("cognito-idp", region_name="eu-west-1", endpoint_url=url)),
    "threaded": lambda: Threaded(Boto3Backend(endpoint_url=url)),
}[kind]()
if kind != "async given":
    assert ask("warm") == "warm"
if kind == "httpx":  # another thread uses the only connection while this one forks
    slow = threading.Thread(target=ask, args=("slow",))
    slow.start()
    received_slow.wait()
children = []
for who in ("ada", "bob"):
    if not (child := os.fork()):
        try:
            said = [ask(who), ask(who)]
        except BaseException as error:
            said = [f"{type(error).__name__}: {error}"]
        if asynchronous:
            try:
                asyncio.run(backend.aclose())
            except BaseException as error:
                said.append(f"{type(error).__name__}: {error}")
        elif "httpx" in kind:
            backend.close()
        os.write(1, (" ".join([who, *said]) + "\\n").encode())  # one write, because both children write at once
        sys.exit()
    children.append(child)
for child in children:
    os.waitpid(child, 0)
if kind == "httpx":
    go_on.set()
    slow.join()
if "async" not in kind:
    print("eve", ask("eve"), flush=True)
print("connections", len(accepted), "broken", broken, flush=True)
os._exit(0)
"""
ELSEWHERE = "client: was made in another process: make the backend after the fork"
LOOP = "its connections belong to another event loop"


def said(kind: str, certificate: Path | None = None) -> dict[str, str]:
    # Python 3.12 and later warn of a fork in a process with threads, which is what we test
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", PROGRAM, kind, str(certificate or "")]
    away = {
        "AWS_CONFIG_FILE": "/nowhere",
        "AWS_SHARED_CREDENTIALS_FILE": "/nowhere",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env={**os.environ, **away})
    assert "Traceback" not in done.stderr, done.stderr
    return dict(line.split(" ", 1) for line in sorted(done.stdout.splitlines()))


@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
@pytest.mark.parametrize("kind", ["httpx", "boto3", "threaded"])
def test_each_process_receives_its_own_replies(kind: str, tls: bool, tmp_path: Path) -> None:
    found = said(kind, make_certificate(tmp_path).path if tls else None)
    assert found == {
        "ada": "ada ada",
        "bob": "bob bob",
        "eve": "eve",  # on the connection that the parent had before the fork
        "connections": "3 broken []",
    }


@pytest.mark.parametrize("kind", ["httpx given", "boto3 given"])
def test_a_given_client_is_refused_in_another_process(kind: str) -> None:
    found = said(kind)
    assert ELSEWHERE in found["ada"]
    assert ELSEWHERE in found["bob"]
    assert (found["eve"], found["connections"]) == ("eve", "1 broken []")


def test_a_given_asyncio_client_is_refused_in_another_process() -> None:
    found = said("async given")
    assert ELSEWHERE in found["ada"]
    assert found["connections"] == "0 broken []"


def test_the_event_loop_of_the_parent_is_not_used() -> None:
    found = said("async")
    assert LOOP in found["ada"]
    assert found["connections"] == "1 broken []"


def test_an_object_is_made_once_in_each_process(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []

    def make() -> object:
        made.append(object())
        return made[-1]

    own, given = ProcessLocal(make), ProcessLocal(make, given=True)
    assert own() is own() is own.get_existing() is made[0]
    assert given() is made[1]
    monkeypatch.setattr(os, "getpid", lambda: -1)
    assert own.get_existing() is None
    assert own() is own() is made[2]
    with pytest.raises(InvalidInput, match=ELSEWHERE):
        given()


def test_threads_share_the_object_of_their_process(monkeypatch: pytest.MonkeyPatch) -> None:
    together = threading.Barrier(8)
    own = ProcessLocal(object)
    monkeypatch.setattr(os, "getpid", lambda: -1)
    found: list[Any] = []

    def ask() -> None:
        together.wait(10)
        found.append(own())

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(map(id, found))) == 1
