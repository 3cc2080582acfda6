"""HttpBackend and AsyncHttpBackend: addresses, proxies and certificates."""

import socket
import ssl
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from authflow import BackendError, InvalidInput
from authflow.backends import _limits
from authflow.backends.http import AsyncHttpBackend, HttpBackend
from authflow.backends.http._certificates import make_ssl_context, make_ssl_context_for
from tests.support.certificates import Certificate
from tests.support.hostile_server import HostileServer, Peer, Received, hostile_server, never
from tests.support.http_backends import both, opened
from tests.support.http_replies import ask_for, behave, find_username

SECRET = "5ecretMark"


@both
@pytest.mark.parametrize(
    ("field", "arguments"),
    [
        ("region", {"region": "evil.example/"}),
        ("region", {"region": ""}),
        ("endpoint_url", {"endpoint_url": ""}),
        ("endpoint_url", {"endpoint_url": 1}),
        ("endpoint_url", {"endpoint_url": "nonsense"}),
        ("endpoint_url", {"endpoint_url": "http://"}),
        ("endpoint_url", {"endpoint_url": "ftp://a"}),
        ("endpoint_url", {"endpoint_url": "http://a:b"}),
        ("endpoint_url", {"endpoint_url": "http://a:0"}),
        ("endpoint_url", {"endpoint_url": "http://a:65536"}),
        ("endpoint_url", {"endpoint_url": "http://[::1"}),
        ("endpoint_url", {"endpoint_url": "http://a..b"}),
        ("endpoint_url", {"endpoint_url": f"http://{'a' * 64}.example"}),
        ("endpoint_url", {"endpoint_url": "http://bücher.example"}),
        ("endpoint_url", {"endpoint_url": "http://a/ HTTP/1.1"}),
        ("endpoint_url", {"endpoint_url": "http://a/\r\nX: y"}),
        ("endpoint_url", {"endpoint_url": f"https://ada:{SECRET}@a"}),
        ("endpoint_url", {"endpoint_url": f"http://a/{'a' * 2048}"}),
        ("ssl_context", {"ssl_context": object()}),
        ("proxy", {"proxy": ""}),
        ("proxy", {"proxy": 1}),
        ("proxy", {"proxy": f"https://ada:{SECRET}@proxy.example"}),
        ("proxy", {"proxy": f"socks5://ada:{SECRET}@proxy.example"}),
    ],
)
def test_arguments_that_cannot_be_used(kind: Any, field: str, arguments: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as caught:
        kind(**arguments)
    assert caught.value.field == field
    assert SECRET not in "".join(traceback.format_exception(caught.value))


@both
@pytest.mark.parametrize("proxy", [f"https://ada:{SECRET}@proxy.example", "socks5h://proxy.example:1080"])
@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_a_proxy_of_the_environment_that_cannot_be_used(
    kind: Any, name: str, proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, proxy)
    with pytest.raises(InvalidInput, match="https:// and socks proxies are not supported") as caught:
        kind()
    assert caught.value.field == "environment"
    assert SECRET not in "".join(traceback.format_exception(caught.value))
    monkeypatch.setenv("NO_PROXY", ".amazonaws.com")
    kind()


@both
@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_a_proxy_of_the_environment(
    kind: Any, name: str, server: HostileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, server.url.removeprefix("http://"))
    with opened(kind, endpoint_url="http://cognito.test:8080/path") as call:
        assert find_username(call(ask_for("ada"))) == "ada"
    assert server.requests[0].target == "http://cognito.test:8080/path"


@both
def test_a_proxy_that_a_web_request_may_have_named(
    kind: Any, server: HostileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with hostile_server() as proxy, monkeypatch.context() as patch:
        proxy.play(never)
        patch.setenv("HTTP_PROXY", proxy.url)
        patch.setenv("REQUEST_METHOD", "GET")  # so HTTP_PROXY is the request's header Proxy
        with opened(kind, endpoint_url=server.url) as call:
            assert find_username(call(ask_for("ada"))) == "ada"


@both
def test_a_given_proxy_precedes_the_environment(
    kind: Any, server: HostileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.invalid")
    monkeypatch.setenv("NO_PROXY", "*")
    proxy = server.url.replace("http://", "http://ada:p%40ss@")
    with opened(kind, endpoint_url="http://cognito.test", proxy=proxy) as call:
        assert find_username(call(ask_for("ada"))) == "ada"
    [received] = server.requests
    assert received.target == "http://cognito.test/"
    assert received.headers["host"] == "cognito.test"
    assert received.headers["proxy-authorization"] == "Basic YWRhOnBAc3M="


@both
def test_an_ipv6_address(kind: Any) -> None:
    with listening_on_ipv6() as server:
        with opened(kind, endpoint_url=server.url) as call:
            assert find_username(call(ask_for("ada"))) == "ada"
        assert server.requests[0].headers["host"] == server.url.removeprefix("http://")


@contextmanager
def listening_on_ipv6() -> Iterator[HostileServer]:
    try:
        listening = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        pytest.skip("there is no IPv6 here")
    with listening:
        server = HostileServer(url=f"http://[::1]:{listening.getsockname()[1]}")
        server.play(behave)
        thread = threading.Thread(target=server.accept, args=(listening,))
        thread.start()
        try:
            yield server
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join()
            server.stop()


@both
def test_the_next_address_of_a_host_is_tried(kind: Any, server: HostileServer, monkeypatch: pytest.MonkeyPatch) -> None:
    find, port = socket.getaddrinfo, server.port

    def getaddrinfo(host: str, *arguments: Any, **options: Any) -> list[Any]:
        if host != "cognito.test":
            return find(host, *arguments, **options)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in ("127.0.0.2", "127.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    with opened(kind, endpoint_url=f"http://cognito.test:{port}") as call:
        assert find_username(call(ask_for("ada"))) == "ada"


@both
def test_a_host_without_an_address(kind: Any) -> None:
    no_address = pytest.raises(BackendError, match=r"^InitiateAuth: not sent: gaierror: ")
    with opened(kind, endpoint_url="http://cognito.invalid") as call, no_address:
        call(ask_for("ada"))


@both
def test_an_unknown_certificate_is_refused(kind: Any, certificate: Certificate) -> None:
    with hostile_server(certificate.server()) as server:
        server.play(never)
        unknown = pytest.raises(BackendError, match=r"not sent: SSLCertVerificationError: .*certificate verify failed")
        with opened(kind, endpoint_url=server.url) as call, unknown:
            call(ask_for("ada"))


@both
def test_a_certificate_for_another_host_is_refused(kind: Any, certificate: Certificate) -> None:
    with hostile_server(certificate.server()) as server:
        server.play(never)
        url = server.url.replace("localhost", "127.0.0.1")
        other_host = pytest.raises(BackendError, match=r"not sent: SSLCertVerificationError: .*127\.0\.0\.1")
        with opened(kind, endpoint_url=url, ssl_context=certificate.client()) as call, other_host:
            call(ask_for("ada"))


@both
def test_tls_settings_of_your_own(kind: Any, certificate: Certificate) -> None:
    with hostile_server(certificate.server()) as server:
        server.play(behave)
        with opened(kind, endpoint_url=server.url, ssl_context=certificate.client()) as call:
            assert [find_username(call(ask_for(name))) for name in ("ada", "grace")] == ["ada", "grace"]
        assert server.opened == 1


@both
def test_regions_share_the_connections(kind: Any, certificate: Certificate, monkeypatch: pytest.MonkeyPatch) -> None:
    def forward(peer: Peer, received: Received) -> None:
        if received.method == "CONNECT":
            peer.send(b"HTTP/1.1 200 OK\r\n\r\n")
            peer.start_tls(certificate.server())
        else:
            behave(peer, received)

    trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    monkeypatch.setattr(_limits, "CONNECTIONS", 2)
    with hostile_server() as proxy, opened(kind, ssl_context=trusting, proxy=proxy.url) as call:
        proxy.play(forward)
        for region in ("eu-west-1", "us-east-1", "eu-west-1", "ap-south-1"):
            call(replace(ask_for("ada"), region=region))
        proxy.wait_until(lambda: proxy.connections == 2)
        assert proxy.opened == 3


@pytest.mark.parametrize("content", [None, b"", b"garbage"])
def test_a_file_of_the_environment_without_certificates(
    content: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "authorities.pem"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    for kind in (HttpBackend, AsyncHttpBackend):
        with pytest.raises(InvalidInput) as caught:
            kind()
        assert caught.value.field == "environment"
    HttpBackend(endpoint_url="http://127.0.0.1:1").close()  # needs none
    with pytest.raises(InvalidInput) as caught:
        make_ssl_context_for(str(path), "ca_bundle")
    assert caught.value.field == "ca_bundle"


def test_certifi_s_authorities_where_there_are_no_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "")  # hides the file that OpenSSL reads by default
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    assert make_ssl_context().cert_store_stats()["x509_ca"] > 100
    (tmp_path / "0a1b2c3d.0").write_text("a directory that OpenSSL reads when it looks for an authority")
    assert make_ssl_context().cert_store_stats()["x509_ca"] == 0
