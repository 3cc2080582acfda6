"""AsyncHttpxBackend cancelled at every moment of a call: no connection is lost, none stays open."""

import asyncio
import gc
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from authflow import BackendError
from authflow.backends import _limits
from authflow.backends.httpx import AsyncHttpxBackend, HttpxBackend, _clients
from tests.support.certificates import Certificate, make_certificate
from tests.support.servers import make_request

ROOM = 2  # connections
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


@dataclass
class Slow:
    """A server in the same event loop, which answers after some of its steps, a byte at a time."""

    steps: int = 3
    hangs: bool = False
    received: int = 0
    writers: set[asyncio.StreamWriter] = field(default_factory=set)
    url: str = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.add(writer)
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = next(line for line in head.lower().splitlines() if line.startswith(b"content-length"))
                await reader.readexactly(int(length.split(b":")[1]))
                self.received += 1
                if self.hangs:
                    await reader.read()  # until the client gives up
                    return
                await self.answer(writer)
        except (EOFError, ConnectionError):
            pass
        finally:
            self.writers.discard(writer)
            writer.close()

    async def answer(self, writer: asyncio.StreamWriter) -> None:
        for _ in range(self.steps):
            await asyncio.sleep(0)
        for part in (ANSWER[:20], ANSWER[20:-1], ANSWER[-1:]):
            writer.write(part)
            for _ in range(self.steps):
                await asyncio.sleep(0)


@asynccontextmanager
async def slow(tls: ssl.SSLContext | None = None, kind: type[Slow] = Slow, **settings: Any) -> AsyncIterator[Slow]:
    found = kind(**settings)
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        tasks.add(task)
        task.add_done_callback(tasks.discard)
        await found.serve(reader, writer)

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    found.url = f"{'https' if tls else 'http'}://localhost:{server.sockets[0].getsockname()[1]}"
    try:
        yield found
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture(autouse=True)
def room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_limits, "CONNECTIONS", ROOM)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("tls"))


def pool(client: httpx.AsyncClient) -> Any:
    transport: Any = client._transport
    return transport._pool


async def settled(backend: AsyncHttpxBackend) -> None:
    async with asyncio.timeout(10):
        while backend._under_way:
            await asyncio.sleep(0)


async def cancelled_at_every_step(backend: AsyncHttpxBackend, server: Slow, steps: range) -> None:
    for step in steps:
        calls = [asyncio.create_task(backend.call(make_request())) for _ in range(ROOM + 1)]  # one waits for a place
        for _ in range(step):
            await asyncio.sleep(0)
        for one in calls:
            one.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
        await settled(backend)
        async with asyncio.timeout(10):
            replies = await asyncio.gather(*(backend.call(make_request()) for _ in range(ROOM)))
        assert replies == [{}] * ROOM
        assert backend._places._value == ROOM
        for client in backend._clients()._idle:
            assert not pool(client)._requests
            assert all(one.is_idle() or one.is_closed() for one in pool(client).connections), step
    assert len(server.writers) <= ROOM


@pytest.mark.parametrize("fresh", [False, True], ids=["connected", "connecting"])
@pytest.mark.parametrize("given", [False, True], ids=["own", "given"])
@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
def test_cancelled_at_every_step(
    certificate: Certificate, monkeypatch: pytest.MonkeyPatch, tls: bool, given: bool, fresh: bool
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.path))

    async def run() -> None:
        async with slow(certificate.server() if tls else None) as server:
            limits = httpx.Limits(max_connections=ROOM, keepalive_expiry=0 if fresh else 5)
            client = httpx.AsyncClient(limits=limits) if given else None
            if fresh:
                monkeypatch.setattr(_clients, "_IDLE_TIMEOUT", 0)
            async with AsyncHttpxBackend(endpoint_url=server.url, client=client) as backend:
                await cancelled_at_every_step(backend, server, range(0, 90, 1 if not tls else 3))
            if client:
                await client.aclose()
            async with asyncio.timeout(10):
                while server.writers:
                    await asyncio.sleep(0)

    asyncio.run(run())
    gc.collect()  # an unclosed socket would warn now


def test_a_call_that_hangs_gives_its_connection_up_at_once() -> None:
    async def run() -> None:
        async with slow(hangs=True) as server, AsyncHttpxBackend(endpoint_url=server.url) as backend:
            calls = [asyncio.create_task(backend.call(make_request())) for _ in range(ROOM)]
            while server.received < ROOM:
                await asyncio.sleep(0)
            for one in calls:
                one.cancel()
            await asyncio.gather(*calls, return_exceptions=True)
            async with asyncio.timeout(1):
                while server.writers or backend._under_way:
                    await asyncio.sleep(0.001)

    asyncio.run(run())


def test_what_is_not_sent_yet_never_is() -> None:
    async def run() -> None:
        async with slow() as server, AsyncHttpxBackend(endpoint_url=server.url) as backend:
            one = asyncio.create_task(backend.call(make_request()))
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            one.cancel()
            await asyncio.gather(one, return_exceptions=True)
            await settled(backend)
            assert server.received == 0
            await asyncio.sleep(0.05)
            assert server.received == 0

    asyncio.run(run())


def test_a_call_as_a_whole_has_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_limits, "CALL_TIMEOUT", 0.2)

    async def run() -> None:
        async with slow(hangs=True) as server, AsyncHttpxBackend(endpoint_url=server.url) as backend:
            with pytest.raises(BackendError, match="InitiateAuth: no complete response within 0"):
                await backend.call(make_request())
            await settled(backend)
            async with asyncio.timeout(1):
                while server.writers:
                    await asyncio.sleep(0.001)

    asyncio.run(run())


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("begins", "drips"),
    [
        (b"", b"H"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (CHUNKED, b"1\r\nx\r\n"),
        (CHUNKED + b"1;", b"x"),
        (CHUNKED + b"2\r\n{}\r\n0\r\n", b"X: y\r\n"),
    ],
    ids=["head", "100", "body", "chunk extension", "trailers"],
)
def test_an_answer_that_drips_for_ever(monkeypatch: pytest.MonkeyPatch, begins: bytes, drips: bytes) -> None:
    monkeypatch.setattr(_limits, "CALL_TIMEOUT", 0.2)

    class Dripping(Slow):
        async def answer(self, writer: asyncio.StreamWriter) -> None:
            writer.write(begins)
            while not writer.is_closing():
                writer.write(drips)
                await writer.drain()
                await asyncio.sleep(0.02)

    async def run() -> None:
        async with slow(kind=Dripping) as server, AsyncHttpxBackend(endpoint_url=server.url) as backend:
            with pytest.raises(BackendError, match="InitiateAuth: no complete response within 0"):
                await backend.call(make_request())
            async with asyncio.timeout(2):
                while server.writers or backend._under_way:
                    await asyncio.sleep(0.001)
            assert backend._places._value == ROOM

    asyncio.run(run())


@pytest.mark.parametrize("step", ["send_request_headers", "receive_response_headers", "receive_response_body"])
def test_abandoned_while_nothing_may_be_cancelled_it_ends_before_the_next_step(step: str) -> None:
    reached: list[str] = []

    class Traced(httpx.AsyncBaseTransport):
        """Tells of its steps as httpcore does."""

        async def handle_async_request(self, sent: httpx.Request) -> httpx.Response:
            calls[0].cancel()
            for _ in range(3):
                await asyncio.sleep(0)
            reached.append("begun")
            await sent.extensions["trace"](f"http11.{step}.started", {})
            reached.append(step)
            return httpx.Response(200, content=b"{}")

    async def run() -> None:
        backend = AsyncHttpxBackend(client=httpx.AsyncClient(transport=Traced()))
        calls.append(asyncio.create_task(backend.call(make_request())))
        await asyncio.gather(*calls, return_exceptions=True)
        await settled(backend)

    calls: list[asyncio.Task[Any]] = []
    asyncio.run(run())
    assert reached == ["begun"]


def test_closing_waits_for_the_calls_under_way() -> None:
    async def run() -> None:
        async with slow() as server:
            backend = AsyncHttpxBackend(endpoint_url=server.url)
            one = asyncio.create_task(backend.call(make_request()))
            while not server.received:
                await asyncio.sleep(0)
            await backend.aclose()
            assert await one == {}

    asyncio.run(run())


def test_a_certificate_that_nobody_vouches_for(certificate: Certificate) -> None:
    async def run() -> None:
        async with slow(certificate.server()) as server:
            async with AsyncHttpxBackend(endpoint_url=server.url) as backend:
                with pytest.raises(BackendError, match=r"InitiateAuth: ConnectError: .*certificate"):
                    await backend.call(make_request())
            with HttpxBackend(endpoint_url=server.url) as blocking, pytest.raises(BackendError, match="certificate"):
                await asyncio.to_thread(blocking.call, make_request())
            assert server.received == 0

    asyncio.run(run())
