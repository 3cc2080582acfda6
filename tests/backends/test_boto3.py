"""Boto3Backend over real HTTP, against servers that respond correctly, wrongly, late or not at all."""

import subprocess
import sys
import threading
import traceback
from typing import Any

import boto3
import pytest
from botocore.config import Config

from authflow import AuthflowError, BackendError, InvalidInput, Refusal, Srp, Throttled, UnexpectedReply, begin
from authflow.backends.boto3 import Boto3Backend
from authflow.core.requests import GetTokensFromRefreshToken
from tests.support.samples import APP, stamp
from tests.support.servers import Server, error_body, make_request, serving


@pytest.fixture(autouse=True)
def no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide the AWS configuration of this machine."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_DEFAULT_REGION", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


def test_a_reply_is_returned_as_it_is_and_needs_no_credentials() -> None:
    with serving(Server(body=b'{"ChallengeName":"SMS_MFA","Session":"s"}')) as server:
        reply = Boto3Backend(endpoint_url=server.url).call(make_request())
    assert (reply["ChallengeName"], reply["Session"]) == ("SMS_MFA", "s")
    [(headers, body)] = server.received
    assert headers["X-Amz-Target"] == "AWSCognitoIdentityProviderService.InitiateAuth"
    assert "Authorization" not in headers
    assert body == make_request().params()


@pytest.mark.parametrize(
    ("status", "body", "kind", "text"),
    [
        (400, error_body("NotAuthorizedException"), Refusal, "NotAuthorizedException: why"),
        (403, error_body("ForbiddenException"), Refusal, "ForbiddenException: why"),
        (400, error_body("TooManyRequestsException"), Throttled, "TooManyRequestsException"),
        (400, error_body("ThrottlingException"), Throttled, "ThrottlingException"),
        (429, b"{}", Throttled, "InitiateAuth"),
        (500, error_body("InternalErrorException"), BackendError, "HTTP 500, InternalErrorException"),
        (503, b"<html>", BackendError, "HTTP 503"),
        (302, b"", BackendError, "InitiateAuth"),
    ],
)
def test_error_responses(status: int, body: bytes, kind: type[AuthflowError], text: str) -> None:
    with serving(Server(status, body)) as server, pytest.raises(AuthflowError, match=text) as caught:
        Boto3Backend(endpoint_url=server.url).call(make_request())
    assert type(caught.value) is kind
    assert len(server.received) == 1, "nothing is sent twice"


@pytest.mark.parametrize("status", [200, 400, 429, 500])
@pytest.mark.parametrize("body", [b"[1]", b'"x"', b"1", b"null", b"\xff\xfe", b"[" * 50_000, b'{"__type": 1}'])
def test_json_that_is_not_a_reply_never_raises_an_error_of_botocore(status: int, body: bytes) -> None:
    with serving(Server(status, body)) as server:
        try:
            reply = Boto3Backend(endpoint_url=server.url).call(make_request())
        except AuthflowError as error:
            assert isinstance(error, BackendError | Refusal)  # noqa: PT017 - either may be
        else:
            assert (status, body) == (200, b'{"__type": 1}')
            with pytest.raises(UnexpectedReply):
                begin(APP, Srp("ada", "pw"), stamp()).receive(reply, stamp(1))


def test_a_result_of_the_wrong_type_is_a_backend_error() -> None:
    with serving(Server(body=b'{"AuthenticationResult":"x"}')) as server, pytest.raises(BackendError):
        Boto3Backend(endpoint_url=server.url).call(make_request())


@pytest.mark.parametrize("body", [b"", b"{garbled", b"<html>hotel</html>", b'{"a": 1e'])
def test_garbage_at_status_200_is_a_backend_error(body: bytes) -> None:
    with serving(Server(body=body)) as server:
        client = boto3.client("cognito-idp", region_name="eu-west-1", endpoint_url=server.url)
        for backend in (Boto3Backend(endpoint_url=server.url), Boto3Backend(client)):
            with pytest.raises(BackendError, match=r"^InitiateAuth: HTTP 200, but the body is not a JSON object$"):
                backend.call(make_request())
        client.close()


def test_a_refused_connection() -> None:
    with serving(Server()) as server:
        url = server.url
    with pytest.raises(BackendError, match=r"^InitiateAuth: not sent: ConnectionRefusedError: "):
        Boto3Backend(endpoint_url=url).call(make_request())


def test_a_time_out() -> None:
    server = Server(delay=threading.Event())
    assert server.delay
    with serving(server):
        config = Config(read_timeout=0.2, retries={"total_max_attempts": 1})
        client = boto3.client("cognito-idp", region_name="eu-west-1", endpoint_url=server.url, config=config)
        with pytest.raises(BackendError, match="ReadTimeoutError"):
            Boto3Backend(client).call(make_request())
        server.delay.set()
    assert len(server.received) == 1


def test_an_error_of_the_service_model_does_not_show_the_value() -> None:
    bad = GetTokensFromRefreshToken(client_id="c", refresh_token=b"secret-token")  # type: ignore[arg-type]  # wrong on purpose
    with pytest.raises(InvalidInput, match="GetTokensFromRefreshToken") as caught:
        Boto3Backend(region="eu-west-1").call(bad)
    assert caught.value.__cause__ is None
    assert "secret-token" not in str(caught.value)


def reachable(error: BaseException) -> list[BaseException]:
    """Return the exceptions that can be reached from one: those it is chained to, and those in its frames."""
    found, new = [], [error]
    while new:
        one = new.pop()
        if one in found:
            continue
        found.append(one)
        new += [other for other in (one.__cause__, one.__context__) if other]
        for frame, _ in traceback.walk_tb(one.__traceback__):
            new += [value for value in frame.f_locals.values() if isinstance(value, BaseException)]
    return found


@pytest.mark.parametrize(
    ("server", "secret"),
    [
        (None, "pw"),
        (Server(500, error_body("InternalErrorException")), "pw"),
        (Server(400, error_body("NotAuthorizedException")), "pw"),
        (Server(200, b"[1]"), "pw"),
        (Server(), b"pw"),
    ],
    ids=["lost", "failed", "refused", "garbage", "not sent"],
)
def test_no_error_of_botocore_is_reachable(server: Server | None, secret: Any) -> None:
    with serving(server or Server()) as running:
        url = running.url
        if server:
            fails(url, secret)
    if not server:
        fails(url, secret)


def fails(url: str, secret: Any) -> None:
    sent = GetTokensFromRefreshToken(client_id="c", refresh_token=secret, region="eu-west-1")
    with pytest.raises(AuthflowError) as caught:
        Boto3Backend(endpoint_url=url).call(sent)
    assert reachable(caught.value) == [caught.value], "botocore's errors hold the request and its secrets"


def test_the_admin_api_without_credentials_says_so() -> None:
    found = begin(APP, Srp("ada", "pw"), stamp(), admin=True).request
    assert found
    with pytest.raises(BackendError, match="NoCredentialsError"):
        Boto3Backend(region="eu-west-1").call(found)


def test_the_client_that_it_makes_never_retries() -> None:
    with serving(Server(500)) as server, pytest.raises(BackendError):
        Boto3Backend(endpoint_url=server.url).call(make_request())
    assert len(server.received) == 1


def test_the_source_of_the_region(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InvalidInput) as caught:
        Boto3Backend()
    assert caught.value.field == "region"
    assert Boto3Backend(endpoint_url="http://127.0.0.1:1").region is None
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-gov-west-1")
    assert Boto3Backend().region == "us-gov-west-1"
    client = boto3.client("cognito-idp", region_name="eu-central-1")
    assert Boto3Backend(client).region == "eu-central-1"
    with pytest.raises(InvalidInput, match="client"):
        Boto3Backend(client, region="eu-central-1")


@pytest.mark.parametrize(
    "client", ["eu-west-1", boto3.client("sts", region_name="eu-west-1")], ids=["a region", "another service"]
)
def test_a_client_that_can_not_call_cognito_is_refused(client: Any) -> None:
    with pytest.raises(InvalidInput, match="must be a cognito-idp client of boto3") as caught:
        Boto3Backend(client)
    assert caught.value.field == "client"


@pytest.mark.parametrize(("config", "is_warned"), [(None, True), (Config(retries={"total_max_attempts": 1}), False)])
def test_a_client_that_retries_is_warned_of(
    config: Config | None, is_warned: bool, caplog: pytest.LogCaptureFixture
) -> None:
    Boto3Backend(boto3.client("cognito-idp", region_name="eu-west-1", config=config))
    assert ["retries requests" in record.message for record in caplog.records] == [True] * is_warned


@pytest.mark.parametrize("url", ["nonsense", "http://"])
def test_an_invalid_endpoint(url: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Boto3Backend(endpoint_url=url)
    assert caught.value.field == "endpoint_url"


def test_an_invalid_region() -> None:
    with pytest.raises(InvalidInput) as caught:
        Boto3Backend(region="not a region")
    assert caught.value.field == "region"


def test_importing_the_module_does_not_import_boto3() -> None:
    code = "import authflow, authflow.backends.boto3, sys; sys.exit('boto3' in sys.modules or 'asyncio' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
