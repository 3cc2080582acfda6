"""HttpxBackend and AsyncHttpxBackend: one person's cookies are not sent with another's request."""

import asyncio

import httpx

from authflow.backends.httpx import AsyncHttpxBackend, HttpxBackend, _clients
from tests.support.servers import make_request


def test_cookies_are_not_kept() -> None:
    for client in (_clients._make_factory(httpx.Client)(), _clients._make_factory(httpx.AsyncClient)()):
        answer = httpx.Response(200, headers={"Set-Cookie": "a=1"}, request=httpx.Request("POST", "https://a.example"))
        client.cookies.extract_cookies(answer)
        assert not client.cookies


def test_nor_are_those_that_a_client_of_your_own_keeps_sent() -> None:
    seen = []

    def handler(sent: httpx.Request) -> httpx.Response:
        seen.append(sent.headers.get("Cookie"))
        return httpx.Response(200, headers={"Set-Cookie": "a=1"}, content=b"{}")

    client = httpx.Client(transport=httpx.MockTransport(handler))
    with HttpxBackend(client=client) as backend:
        backend.call(make_request())
        assert client.cookies
        backend.call(make_request())
    asynchronous = httpx.AsyncClient(transport=httpx.MockTransport(handler), cookies=client.cookies)
    asyncio.run(AsyncHttpxBackend(client=asynchronous).call(make_request()))
    assert seen == [None] * 3
