"""Proxies that the environment names, friendly and hostile."""

from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from authflow import BackendError
from tests.backends.conformance.places import HURRIED, NOT_THREADED, hurried, under
from tests.backends.conformance.remaining import TCP, TLS
from tests.support.backends import Subject, make_subject
from tests.support.certificates import Certificate
from tests.support.hostile_server import HostileServer, Peer, Received, hostile_server, never
from tests.support.http_replies import EARLY_HINTS, ask_for, behave, make_body, reply_to, respond
from tests.support.servers import error_body

# Nothing answers there: only a proxy can.
ENDPOINTS = {TCP: "http://cognito.test:8080", TLS: "https://localhost:9"}
ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"
PASSWORD = "p@ss:w%rd"
CREDENTIALS = "ada:p%40ss%3Aw%25rd@"
AUTHORIZATION = "Basic " + b64encode(f"ada:{PASSWORD}".encode()).decode()


@dataclass
class Proxied:
    """A backend behind a proxy."""

    proxy: HostileServer
    certificate: Certificate
    make: Callable[[str], Subject]

    def forward(self, peer: Peer, received: Received) -> None:
        """A script that plays the proxy, and the endpoint behind it."""
        if received.method == "CONNECT":
            peer.send(ESTABLISHED)
            peer.start_tls(self.certificate.server())
        else:
            behave(peer, received)


@pytest.fixture
def proxied(
    request: pytest.FixtureRequest, certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Proxied]:
    name, transport, timeout = request.param
    with hostile_server() as proxy, ExitStack() as closing:

        def make(credentials: str) -> Subject:
            for variable in ("HTTP_PROXY", "HTTPS_PROXY"):
                monkeypatch.setenv(variable, f"http://{credentials}localhost:{proxy.port}")
            subject = make_subject(name, ENDPOINTS[transport], timeout)
            closing.callback(subject.close)
            return subject

        yield Proxied(proxy, certificate, make)


through_a_proxy = under("through a proxy", NOT_THREADED, fixture="proxied")
hostile_tunnel = under("a hostile proxy", NOT_THREADED, transports=[TLS], fixture="proxied")


@under("through a proxy", NOT_THREADED, transports=[TCP], fixture="proxied")
def test_http_is_forwarded_in_absolute_form(proxied: Proxied) -> None:
    proxied.proxy.play(proxied.forward)
    assert proxied.make("").ask("ada", "grace") == ["ada", "grace"]
    for received in proxied.proxy.requests:
        assert (received.method, received.target) == ("POST", "http://cognito.test:8080/")
        assert received.headers["host"] == "cognito.test:8080"


@under("through a proxy", NOT_THREADED, transports=[TLS], fixture="proxied")
def test_https_is_tunnelled(proxied: Proxied) -> None:
    proxied.proxy.play(proxied.forward)
    assert proxied.make("").ask("ada", "grace") == ["ada", "grace"]
    connect, *requests = (each for each in proxied.proxy.requests if each.method != "CONNECT" or each.connection == 1)
    assert (connect.method, connect.target, connect.body) == ("CONNECT", "localhost:9", b"")
    assert "x-amz-target" not in connect.headers
    for received in requests:
        assert (received.method, received.target, received.is_encrypted) == ("POST", "/", True)


@through_a_proxy
def test_the_proxy_s_credentials(proxied: Proxied) -> None:
    proxied.proxy.play(proxied.forward)
    assert proxied.make(CREDENTIALS).ask("ada", "grace") == ["ada", "grace"]
    for received in proxied.proxy.requests:
        expected = None if received.is_encrypted else AUTHORIZATION
        assert received.headers.get("proxy-authorization") == expected


@through_a_proxy
def test_a_proxy_that_wants_other_credentials(proxied: Proxied) -> None:
    required = respond(b"{}", "407 Proxy Authentication Required", 'Proxy-Authenticate: Basic realm="x"')
    proxied.proxy.play(lambda peer, _: peer.send(required))
    with pytest.raises(BackendError) as caught:
        proxied.make(CREDENTIALS).call(ask_for("ada"))
    assert len(proxied.proxy.requests) == 1
    for secret in (PASSWORD, CREDENTIALS, AUTHORIZATION):
        assert secret not in str(caught.value)


@under("hosts without a proxy", NOT_THREADED)
def test_hosts_without_a_proxy(server: HostileServer, request: pytest.FixtureRequest) -> None:
    name = request.node.callspec.params["place"][0]
    server.play(behave)
    with hostile_server() as proxy, pytest.MonkeyPatch.context() as patch:
        proxy.play(never)
        for variable in ("HTTP_PROXY", "HTTPS_PROXY"):
            patch.setenv(variable, proxy.url)
        patch.setenv("NO_PROXY", "example.com,localhost")
        subject = make_subject(name, server.url)
        assert subject.ask("ada") == ["ada"]
        subject.close()


REFUSALS = {
    "403 and an error of Cognito's": respond(error_body("NotAuthorizedException"), "403 Forbidden"),
    "502 and a reply": respond(make_body("mallory"), "502 Bad Gateway"),
    "302": respond(b"", "302 Found", "Location: http://localhost/"),
    "101": b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
    "garbage": b"SSH-2.0-OpenSSH_9.6\r\n",
    "nothing": b"",
    "half a head": ESTABLISHED[:-2],
    "a reply behind its 200": ESTABLISHED + respond(make_body("mallory")),
    "a reply as its 200": respond(make_body("mallory")),
    "two 200": ESTABLISHED + ESTABLISHED,
}


@hostile_tunnel
def test_what_a_proxy_says_is_no_reply(proxied: Proxied) -> None:
    refusals = dict(enumerate(REFUSALS.values(), 1))

    def script(peer: Peer, received: Received) -> None:
        if peer.number in refusals:
            peer.send(refusals[peer.number])
            peer.finish()
        else:
            proxied.forward(peer, received)

    proxied.proxy.play(script)
    subject = proxied.make("")
    assert {refusal: subject.ask("ada") for refusal in REFUSALS} == {key: ["BackendError"] for key in REFUSALS}
    assert subject.ask("grace", "edith") == ["grace", "edith"]


@hostile_tunnel
def test_nothing_is_sent_through_a_proxy_that_refuses(proxied: Proxied) -> None:
    statuses = ["403 Forbidden", "407 Required", "500 Error", "302 Found", "101 Switching"]

    def script(peer: Peer, received: Received) -> None:
        if received.method == "CONNECT":
            peer.send(f"HTTP/1.1 {statuses[peer.number - 1]}\r\n\r\n".encode())
            peer.start_tls(proxied.certificate.server())
        else:
            behave(peer, received)

    proxied.proxy.play(script)
    assert proxied.make("").ask(*statuses) == ["BackendError"] * len(statuses)
    assert [each.method for each in proxied.proxy.requests] == ["CONNECT"] * len(statuses)


@hostile_tunnel
def test_two_responses_through_a_tunnel(proxied: Proxied) -> None:
    def script(peer: Peer, received: Received) -> None:
        if received.method != "CONNECT" and received.username == "ada":
            peer.send(reply_to(received) * 2)
        else:
            proxied.forward(peer, received)

    proxied.proxy.play(script)
    assert proxied.make("").ask("ada", "grace", "edith") == ["ada", "grace", "edith"]


def check_dripping(proxied: Proxied, *drips: tuple[bytes, bytes]) -> None:
    def script(peer: Peer, received: Received) -> None:
        if peer.number > len(drips):
            proxied.forward(peer, received)
            return
        begin, drop = drips[peer.number - 1]
        peer.send(begin)
        if begin == ESTABLISHED:
            peer.hear()
        peer.drip(drop)

    proxied.proxy.play(script)
    subject = proxied.make("")
    with hurried():
        assert subject.ask_together("ada", "hedy") == ["BackendError"] * 2
    assert subject.ask("grace") == ["grace"]


@under("a dripping proxy", NOT_THREADED, transports=[TLS], fixture="proxied", timeout=HURRIED)
def test_a_dripping_proxy(proxied: Proxied) -> None:
    check_dripping(proxied, (b"HTTP/1.1 200 ", b"O"), (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"))


@under("a proxy that never forwards", NOT_THREADED, transports=[TLS], fixture="proxied", timeout=HURRIED)
def test_a_proxy_that_never_forwards(proxied: Proxied) -> None:
    check_dripping(proxied, (b"", EARLY_HINTS), (ESTABLISHED, b""))
