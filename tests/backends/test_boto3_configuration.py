"""Boto3Backend sends what boto3 signs, as boto3 is configured to send it, and watches a client that was given."""

import gc
import json
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import boto3
import botocore.handlers
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest, AWSResponse
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.stub import Stubber

from authflow import AppClient, Authenticator, BackendError, InvalidInput, SignedIn, Srp, begin
from authflow.backends.boto3 import Boto3Backend
from authflow.emulator import Emulator
from tests.support.certificates import Certificate
from tests.support.hostile_server import HostileServer, Peer, Received, hostile_server, never
from tests.support.http_replies import EARLY_HINTS, ask_for, behave, find_username, make_body, reply_to, respond
from tests.support.samples import APP, stamp

Configure = Callable[..., None]


@pytest.fixture(autouse=True)
def no_configuration(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Hide the AWS configuration of this machine; return the file that replaces it."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_DEFAULT_REGION", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return tmp_path / "config"


@pytest.fixture
def configure(monkeypatch: pytest.MonkeyPatch) -> Configure:
    """Return a function that changes the configuration of new clients, as a plugin of botocore's may."""

    make: Any = boto3.Session.client

    def configure(**options: Any) -> None:
        def make_client(session: Any, *args: Any, config: Config, **kwargs: Any) -> Any:
            return make(session, *args, config=config.merge(Config(**options)), **kwargs)

        monkeypatch.setattr(boto3.Session, "client", make_client)

    return configure


@contextmanager
def given(server: HostileServer) -> Iterator[Boto3Backend]:
    config = Config(retries={"total_max_attempts": 1})
    client = boto3.client("cognito-idp", region_name="eu-west-1", endpoint_url=server.url, config=config)
    yield Boto3Backend(client)
    client.close()


def test_the_signature_is_boto3_s(server: HostileServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"ACCESS_KEY_ID": "id", "SECRET_ACCESS_KEY": "key", "SESSION_TOKEN": "token"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    request = begin(APP, Srp("ada", "pw"), stamp(), admin=True).request
    assert request
    with Boto3Backend(endpoint_url=server.url) as backend:
        backend.call(request)
    [received] = server.requests
    assert received.headers["x-amz-security-token"] == "token"
    scheme, credential, signed, signature = received.headers["authorization"].replace(",", "").split(" ")
    assert (scheme, credential.partition("/")[0]) == ("AWS4-HMAC-SHA256", "Credential=id")
    names = signed.removeprefix("SignedHeaders=").split(";")
    assert {"host", "x-amz-date", "x-amz-target"} <= set(names)
    again = AWSRequest("POST", f"{server.url}/", {name: received.headers[name] for name in names}, received.body)
    again.context["timestamp"] = received.headers["x-amz-date"]
    auth = SigV4Auth(Credentials("id", "key", "token"), "cognito-idp", "us-east-1")
    text = auth.string_to_sign(again, auth.canonical_request(again))
    assert signature == f"Signature={auth.signature(text, again)}"


def test_another_handler_of_boto3_s_may_respond(server: HostileServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """As moto's ``mock_aws`` does."""

    class Body(BytesIO):
        def stream(self, **_: Any) -> list[bytes]:
            return [self.read()]

    def mock(request: Any, **_: Any) -> Any:
        made: Any = AWSResponse
        username = json.loads(request.body)["AuthParameters"]["USERNAME"]
        return made(request.url, 200, {}, Body(make_body("mock"))) if username == "ada" else None

    server.play(behave)
    monkeypatch.setattr(
        botocore.handlers, "BUILTIN_HANDLERS", [*botocore.handlers.BUILTIN_HANDLERS, ("before-send", mock)]
    )
    with Boto3Backend(endpoint_url=server.url) as backend:
        assert [find_username(backend.call(ask_for(name))) for name in ("ada", "grace")] == ["mock", "grace"]
    assert [received.username for received in server.requests] == ["grace"]


@pytest.mark.parametrize("variable", ["AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", None])
def test_authorities(
    variable: str | None, certificate: Certificate, no_configuration: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with hostile_server(certificate.server()) as server:
        server.play(behave)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate.path))  # which boto3 does not read
        with Boto3Backend(endpoint_url=server.url) as backend, pytest.raises(BackendError, match="certificate"):
            backend.call(ask_for("ada"))
        if variable:
            monkeypatch.setenv(variable, str(certificate.path))
        else:
            no_configuration.write_text(f"[default]\nca_bundle = {certificate.path}\n")
        with Boto3Backend(endpoint_url=server.url) as backend:
            assert find_username(backend.call(ask_for("ada"))) == "ada"


def test_authorities_that_cannot_be_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_CA_BUNDLE", str(tmp_path / "missing.pem"))
    with pytest.raises(InvalidInput) as caught:
        Boto3Backend(region="eu-west-1")
    assert caught.value.field == "ca_bundle"
    Boto3Backend(endpoint_url="http://127.0.0.1:1")  # needs none


def test_a_client_certificate(
    certificate: Certificate, configure: Configure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_CA_BUNDLE", str(certificate.path))
    context = certificate.server()
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(certificate.path)
    with hostile_server(context) as server:
        server.play(behave)
        with Boto3Backend(endpoint_url=server.url) as backend, pytest.raises(BackendError):
            backend.call(ask_for("ada"))
        for files in (str(certificate.path), (str(certificate.path), str(certificate.path))):
            configure(client_cert=files)
            with Boto3Backend(endpoint_url=server.url) as backend:
                assert find_username(backend.call(ask_for("ada"))) == "ada"
    configure(client_cert=str(tmp_path / "missing.pem"))
    with pytest.raises(InvalidInput) as caught:
        Boto3Backend(region="eu-west-1")
    assert caught.value.field == "client_cert"


def test_configured_proxies_precede_the_environment(
    server: HostileServer, configure: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.invalid")
    configure(proxies={"http": server.url.removeprefix("http://")})
    with Boto3Backend(endpoint_url="http://cognito.test:8080") as backend:
        assert find_username(backend.call(ask_for("ada"))) == "ada"
    assert server.requests[0].target == "http://cognito.test:8080/"


def test_all_proxy_is_not_boto3_s(server: HostileServer, monkeypatch: pytest.MonkeyPatch) -> None:
    with hostile_server() as proxy:
        proxy.play(never)
        monkeypatch.setenv("ALL_PROXY", proxy.url)
        with Boto3Backend(endpoint_url=server.url) as backend:
            assert find_username(backend.call(ask_for("ada"))) == "ada"


@pytest.mark.parametrize(
    ("field", "options"),
    [
        ("proxies", {"proxies": {"https": "https://ada:5ecretMark@proxy.example"}}),
        ("proxies", {"proxies": {"https": "socks5://proxy.example"}}),
        ("proxies_config", {"proxies_config": {"proxy_client_cert": "/some/file"}}),
    ],
)
def test_what_cannot_be_honoured_is_refused_by_name(configure: Configure, field: str, options: dict[str, Any]) -> None:
    configure(**options)
    with pytest.raises(InvalidInput) as caught:
        Boto3Backend(region="eu-west-1")
    assert caught.value.field == field
    assert "5ecretMark" not in str(caught.value)


def test_a_proxy_of_the_environment_that_cannot_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "https://proxy.example")
    with pytest.raises(InvalidInput, match="https:// and socks proxies are not supported") as caught:
        Boto3Backend(region="eu-west-1")
    assert caught.value.field == "environment"


def test_a_proxy_that_cannot_be_used_when_a_request_is_sent(
    server: HostileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Boto3Backend(endpoint_url=server.url) as backend:
        monkeypatch.setenv("HTTP_PROXY", "socks5://proxy.example")
        with pytest.raises(InvalidInput) as caught:
            backend.call(ask_for("ada"))
    assert caught.value.field == "environment"
    assert caught.value.__context__ is None
    assert server.opened == 0


def test_closing(server: HostileServer) -> None:
    backend = Boto3Backend(endpoint_url=server.url)
    backend.call(ask_for("ada"))
    backend.close()
    server.wait_until(lambda: server.connections == 0)
    with pytest.raises(InvalidInput, match="is closed"):
        backend.call(ask_for("ada"))
    assert len(server.requests) == 1


def test_a_forgotten_backend_closes_its_connections(server: HostileServer) -> None:
    Boto3Backend(endpoint_url=server.url).call(ask_for("ada"))
    gc.collect()
    server.wait_until(lambda: server.connections == 0)


def test_a_given_client_stays_open_when_the_backend_is_closed(server: HostileServer) -> None:
    with given(server) as backend:
        backend.call(ask_for("ada"))
        backend.close()
        assert server.connections == 1


@pytest.mark.parametrize(
    "response",
    [
        respond(b"<html>hotel</html>"),
        respond(b"{}", "201 Created"),
        respond(make_body("ada"))[:-1],
        respond(b"{} ").replace(b"Content-Length: 3", b"Content-Length: 4"),
        EARLY_HINTS,
    ],
    ids=["html", "201", "cut", "whole JSON, cut", "103"],
)
def test_the_connections_of_a_given_client_are_closed_after_garbage(server: HostileServer, response: bytes) -> None:
    def script(peer: Peer, received: Received) -> None:
        if received.username == "ada":
            peer.send(response)
            if response != EARLY_HINTS:
                peer.finish()
        else:
            behave(peer, received)

    server.play(script)
    with given(server) as backend:
        with pytest.raises(BackendError, match=r"^InitiateAuth: "):
            backend.call(ask_for("ada"))
        server.wait_until(lambda: server.connections == 0)
        assert find_username(backend.call(ask_for("grace"))) == "grace"


def test_the_other_users_of_a_given_client_are_not_watched(server: HostileServer) -> None:
    server.play(lambda peer, received: peer.send(respond(b"") if received.username == "ada" else reply_to(received)))
    client: Any = boto3.client("cognito-idp", region_name="eu-west-1", endpoint_url=server.url)
    backend = Boto3Backend(client)
    assert client.initiate_auth(**ask_for("ada").params())["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert find_username(backend.call(ask_for("grace"))) == "grace"
    client.close()


def test_a_given_client_with_a_stubber_or_in_process() -> None:
    client = boto3.client("cognito-idp", region_name="eu-west-1")
    with Stubber(client) as stubber:
        stubber.add_response("initiate_auth", {"Session": "x" * 20})
        assert Boto3Backend(client).call(ask_for("ada")) == {"Session": "x" * 20}
    emulator = Emulator()
    cognito = emulator.boto3_client()
    pool = cognito.create_user_pool(PoolName="people")["UserPool"]["Id"]
    app = cognito.create_user_pool_client(UserPoolId=pool, ClientName="web", ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH"])[
        "UserPoolClient"
    ]["ClientId"]
    cognito.admin_create_user(UserPoolId=pool, Username="ada")
    cognito.admin_set_user_password(UserPoolId=pool, Username="ada", Password="Correct-Horse-9", Permanent=True)
    auth = Authenticator(AppClient(pool, app), Boto3Backend(client=cognito))
    assert isinstance(auth.begin(Srp("ada", "Correct-Horse-9")).state, SignedIn)


@pytest.mark.parametrize("missing", ["boto3", "h11"])
def test_a_missing_extra_names_itself(missing: str) -> None:
    code = f"""
import sys
sys.modules[{missing!r}] = None
from authflow.backends.boto3 import Boto3Backend
Boto3Backend(region="eu-west-1")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    problem = f'ModuleNotFoundError: Boto3Backend needs {missing}: pip install "cognito-authflow[boto3]"\n'
    assert done.stderr.endswith(problem)
