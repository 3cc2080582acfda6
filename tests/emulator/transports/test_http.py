"""The HTTP transport, over loopback."""

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.config import Config
from joserfc import jwt
from joserfc.jwk import KeySet

from authflow.emulator import Emulator, EmulatorBug, Message, Purpose, running
from authflow.emulator._transports.http import Access, make_application, serve
from tests.support.emulator.http import PREFIX, ask, post
from tests.support.emulator.world import PASSWORD, World

SERVE = """
from authflow.emulator import Emulator
from authflow.emulator._transports.http import Access, serve
serve(lambda url: Emulator(issuer=url), Access(), lambda url, _: print(url, flush=True))
print("stopped", flush=True)
"""


@pytest.fixture(scope="module")
def plain() -> Iterator[str]:
    """The address of an emulator without pools."""
    with running(lambda _: Emulator()) as address:
        yield address


@pytest.fixture
def url(world: World) -> Iterator[str]:
    with running(lambda _: world.emulator) as address:
        yield address


def test_boto3_over_http(world: World, url: str) -> None:
    client = boto3.client(
        "cognito-idp",
        endpoint_url=url,
        region_name="eu-west-1",
        aws_access_key_id="any",
        aws_secret_access_key="any",
        config=Config(retries={"total_max_attempts": 1}),
    )
    try:
        reply = client.initiate_auth(
            AuthFlow="USER_PASSWORD_AUTH",
            ClientId=world.client_id,
            AuthParameters={"USERNAME": "ada", "PASSWORD": PASSWORD},
        )
        assert client.get_user(AccessToken=reply["AuthenticationResult"]["AccessToken"])["Username"] == "ada"
        with pytest.raises(client.exceptions.NotAuthorizedException):
            client.get_user(AccessToken="forged")
    finally:
        client.close()


def test_protocol(world: World, url: str) -> None:
    body = json.dumps({"UserPoolId": world.pool_id}).encode()
    status, headers, reply = post(url, PREFIX + "DescribeUserPool", body)
    assert status == 200
    assert headers["content-type"] == "application/x-amz-json-1.1"
    assert reply["UserPool"]["Id"] == world.pool_id


def test_errors(plain: str) -> None:
    status, headers, reply = post(plain, PREFIX + "DescribeUserPool", b'{"UserPoolId": "eu-west-1_none"}')
    assert status == 400
    assert headers["x-amzn-errortype"] == "ResourceNotFoundException:"
    assert headers["x-amzn-errormessage"] == "User pool eu-west-1_none does not exist."
    message = "User pool eu-west-1_none does not exist."
    assert reply == {"__type": "ResourceNotFoundException", "message": message}


@pytest.mark.parametrize(
    ("target", "body", "code"),
    [
        (PREFIX + "InitiateAuth", b"", "SerializationException"),
        (PREFIX + "InitiateAuth", b"{", "SerializationException"),
        (PREFIX + "InitiateAuth", b"[]", "SerializationException"),
        (PREFIX + "InitiateAuth", b"\xff\xfe", "SerializationException"),
        (PREFIX + "InitiateAuth", b"[" * 200_000, "SerializationException"),
        (PREFIX + "InitiateAuth", b"{}", "InvalidParameterException"),
        (PREFIX + "InitiateAuth", b'{"ClientId": "\\ud800", "AuthFlow": "USER_AUTH"}', "SerializationException"),
        (PREFIX + "MakeTea", b"{}", "UnknownOperationException"),
        (PREFIX + "ListTerms", b"{}", "NotImplementedByEmulator"),
        ("SomethingElse.InitiateAuth", b"{}", "UnknownOperationException"),
        ("", b"{}", "UnknownOperationException"),
    ],
)
def test_requests_that_are_not_right(plain: str, target: str, body: bytes, code: str) -> None:
    status, headers, reply = post(plain, target, body)
    assert (status, headers["x-amzn-errortype"], reply["__type"]) == (400, f"{code}:", code)


def test_a_body_that_is_too_long(plain: str) -> None:
    status, _, reply = post(plain, PREFIX + "InitiateAuth", b'"' + b"x" * (1 << 20) + b'"')
    assert status == 413
    assert reply["__type"] == "RequestEntityTooLargeException"


@pytest.mark.parametrize(
    "half",
    [
        b'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{"half": ',
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        b"POST / HTTP/1.1\r\nHos",
        b"",
    ],
)
def test_half_a_request_does_not_keep_the_server_from_ending(half: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    with ExitStack() as stack:
        with running(lambda _: Emulator()) as url:
            target = urlsplit(url)
            connection = stack.enter_context(socket.create_connection((target.hostname, target.port), timeout=10))
            connection.sendall(half)
            assert ask(url, "GET", "/_authflow/health")[0] == 200
            begun = time.monotonic()
        assert time.monotonic() - begun < 8
        with suppress(ConnectionResetError):
            assert connection.recv(100) == b"", "nothing answers any more"
    assert capsys.readouterr().err == "", "that is no error of the emulator"


def test_a_response_that_is_not_read_does_not_keep_the_server_from_ending() -> None:
    emulator = Emulator()
    for _ in range(500):
        emulator.outbox.send(Message("p", "u" * 20_000, "d", "EMAIL", Purpose.MFA, "1"))
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        with running(lambda _: emulator) as url:
            connection.connect((urlsplit(url).hostname, urlsplit(url).port))
            connection.sendall(b"GET /_authflow/outbox HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            assert connection.recv(12) == b"HTTP/1.1 200"
            begun = time.monotonic()
        assert time.monotonic() - begun < 8


def test_a_client_that_goes_away_within_its_request(capsys: pytest.CaptureFixture[str]) -> None:
    with running(lambda _: Emulator()) as url:
        target = urlsplit(url)
        with socket.create_connection((target.hostname, target.port), timeout=10) as connection:
            connection.sendall(b'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{"half": ')
            assert ask(url, "GET", "/_authflow/health")[0] == 200  # by now the request has come as far as it will
        assert ask(url, "GET", "/_authflow/health")[0] == 200
    assert capsys.readouterr().err == "", "that is no error of the emulator"


@pytest.mark.parametrize(("bug", "told"), [(EmulatorBug("a bug"), "a bug"), (KeyError("hunter2"), "KeyError")])
def test_bugs_are_no_errors_of_the_service(
    world: World, bug: Exception, told: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise bug

    monkeypatch.setattr(world.emulator, "call", fail)
    with running(lambda _: world.emulator) as url:
        status, headers, reply = post(url, PREFIX + "InitiateAuth", b"{}")
    assert (status, reply) == (500, {"__type": "EmulatorBug", "message": told})
    assert headers["access-control-allow-origin"] == "*"
    assert [record.exc_info[1] for record in caplog.records if record.exc_info] == [bug]


def test_jwks(world: World, url: str) -> None:
    status, _, content = ask(url, "GET", f"/{world.pool_id}/.well-known/jwks.json")
    assert status == 200
    keys = KeySet.import_key_set(json.loads(content))
    assert jwt.decode(world.get_tokens()["IdToken"], keys, ["RS256"]).claims["cognito:username"] == "ada"
    assert ask(url, "GET", "/eu-west-1_none/.well-known/jwks.json")[0] == 404


def test_openid_configuration(world: World, url: str) -> None:
    status, _, content = ask(url, "GET", f"/{world.pool_id}/.well-known/openid-configuration")
    described = json.loads(content)
    assert status == 200
    assert described["issuer"] == f"https://cognito-idp.eu-west-1.amazonaws.com/{world.pool_id}"
    assert described["jwks_uri"].endswith(f"/{world.pool_id}/.well-known/jwks.json")
    assert ask(url, "GET", "/eu-west-1_none/.well-known/openid-configuration")[0] == 404


def test_the_keys_are_where_the_server_is(world: World) -> None:
    """The issuer may be the service's own address, which does not have the emulator's keys."""
    with running(lambda _: world.emulator) as url:
        path = f"/{world.pool_id}/.well-known/openid-configuration"
        described = json.loads(ask(url, "GET", path)[2])
        assert described["jwks_uri"] == f"{url}/{world.pool_id}/.well-known/jwks.json"
        assert "keys" in json.loads(ask(url, "GET", urlsplit(described["jwks_uri"]).path)[2])
        described = json.loads(ask(url, "GET", path, Host="cognito:9229")[2])
        assert described["jwks_uri"] == f"http://cognito:9229/{world.pool_id}/.well-known/jwks.json"


def test_openid_configuration_as_recorded(world: World, url: str) -> None:
    described = json.loads(ask(url, "GET", f"/{world.pool_id}/.well-known/openid-configuration")[2])
    assert list(described) == sorted(described)
    assert {name for name in described if name.endswith("_endpoint")} == {
        *("authorization_endpoint", "end_session_endpoint", "revocation_endpoint"),
        *("token_endpoint", "userinfo_endpoint"),
    }
    assert described["response_types_supported"] == ["code", "token"]
    assert described["scopes_supported"] == ["openid", "email", "phone", "profile"]
    assert described["token_endpoint_auth_methods_supported"] == ["client_secret_basic", "client_secret_post"]


def test_health(plain: str) -> None:
    assert ask(plain, "GET", "/_authflow/health")[::2] == (200, b'{"status":"ok"}')
    assert ask(plain, "GET", "/")[0] == 405
    assert ask(plain, "GET", "/elsewhere")[0] == 404


def test_outbox(world: World, url: str) -> None:
    world.invite("bob", email="bob@example.com")
    status, _, content = ask(url, "GET", "/_authflow/outbox")
    assert status == 200
    assert json.loads(content)[-1] == {
        "number": 2,
        "pool_id": world.pool_id,
        "username": "bob",
        "destination": "bob@example.com",
        "medium": "EMAIL",
        "purpose": "invitation",
        "code": world.get_last_message().code,
        "subject": "Your temporary password",
        "body": "Your username is bob and temporary password is Temp-0rary.",
    }


@pytest.mark.parametrize("path", ["/_authflow/outbox", "/_authflow/health", "/_authflow/tea"])
@pytest.mark.parametrize(
    ("peer", "hosts", "is_allowed"),
    [
        ("127.0.0.1", ["127.0.0.1:9229"], True),
        ("127.0.0.1", ["localhost"], True),
        ("127.0.0.1", ["LOCALHOST:80"], True),
        ("127.0.0.1", ["127.9.9.9"], True),
        ("127.0.0.1", ["0.0.0.0:9229"], True),
        ("::1", ["[::1]:9229"], True),
        ("192.0.2.7", ["127.0.0.1"], False),
        ("192.0.2.7", ["localhost"], False),
        (None, ["127.0.0.1"], False),
        ("127.0.0.1", ["evil.example"], False),
        ("127.0.0.1", ["evil.example:9229"], False),
        ("127.0.0.1", ["localhost.evil.example"], False),
        ("127.0.0.1", ["192.0.2.7"], False),
        ("127.0.0.1", ["evil.example@localhost"], False),
        ("127.0.0.1", ["localhost/evil.example"], False),
        ("127.0.0.1", ["localhost?.evil.example"], False),
        ("127.0.0.1", [""], False),
        ("127.0.0.1", ["[::1"], False),
        ("127.0.0.1", [], False),
        ("127.0.0.1", ["127.0.0.1", "evil.example"], False),
    ],
)
def test_the_emulators_own_paths_are_for_this_machine(
    world: World, path: str, peer: str | None, hosts: list[str], is_allowed: bool
) -> None:
    """With DNS rebinding, a web page's requests come from this machine, and its name is their Host."""
    scope: dict[str, Any] = {
        "type": "http",
        "method": "GET",
        "path": path,
        "headers": [(b"host", host.encode()) for host in hosts],
        "query_string": b"",
        "client": (peer, 5) if peer else None,
    }
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b""}

    async def send(message: Any) -> None:
        sent.append(message)

    with pytest.raises(StopIteration):
        make_application(world.emulator)(scope, receive, send).__await__().send(None)
    assert (sent[0]["status"] == 403) is not is_allowed


def test_forwarded_headers_are_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    with running(lambda _: Emulator()) as address:
        for peer in ("203.0.113.5", "?", "127.0.0.1"):
            forwarded = {"X-Forwarded-For": peer, "X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example"}
            assert ask(address, "GET", "/_authflow/outbox", **forwarded)[0] == 200
            assert ask(address, "GET", "/_authflow/outbox", Host="evil.example", **forwarded)[0] == 403


def test_no_redirect_to_the_host_of_a_request(plain: str) -> None:
    for path in ("/_authflow/outbox/", "/eu-west-1_a/.well-known/jwks.json/"):
        assert ask(plain, "GET", path)[0] == 404


def test_ipv6(world: World) -> None:
    try:
        with running(lambda _: world.emulator, "::1") as address:
            assert address.startswith("http://[::1]:")
            assert ask(address, "GET", "/_authflow/health")[0] == 200
    except OSError:
        pytest.skip("no IPv6 here")


def test_an_address_that_is_taken(world: World, url: str) -> None:
    with pytest.raises(OSError, match="in use"):
        serve(lambda _: world.emulator, Access(port=urlsplit(url).port or 0), print)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_stop_it_cleanly(number: signal.Signals) -> None:
    begun = time.monotonic()
    with (
        socket.socket() as half,
        subprocess.Popen(
            [sys.executable, "-c", SERVE], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process,
    ):
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert ask(url, "GET", "/_authflow/health")[0] == 200
        ready = time.monotonic() - begun
        half.connect((urlsplit(url).hostname, urlsplit(url).port))
        half.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\nhalf")
        process.send_signal(number)
        output, errors = process.communicate(timeout=20)
    assert (process.returncode, output, errors) == (0, "stopped\n", "")
    assert ready < 10  # a second on an idle machine


def test_serving_in_this_process(world: World) -> None:
    """In the main thread, stopped from the callback: the handlers of before come back."""
    before = signal.getsignal(signal.SIGTERM)
    seen: list[str] = []

    def ready(address: str, _: object) -> None:
        seen.append(address)
        signal.raise_signal(signal.SIGTERM)

    serve(lambda _: world.emulator, Access(), ready)
    assert signal.getsignal(signal.SIGTERM) is before
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", urlsplit(seen[0]).port or 0), timeout=5)
