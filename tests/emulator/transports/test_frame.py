"""What stands around the operations over HTTP: headers, browsers, unknown members."""

import json
import uuid
from collections.abc import Iterator

import pytest

from authflow.emulator import Emulator, Settings, running
from tests.support.emulator.http import PREFIX, ask, post
from tests.support.emulator.world import World

EXPOSED = "x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date"
WELL_KNOWN = "/eu-west-1_none/.well-known/"


@pytest.fixture(scope="module")
def plain() -> Iterator[str]:
    """The address of an emulator without pools."""
    with running(lambda _: Emulator()) as address:
        yield address


@pytest.fixture
def url(world: World) -> Iterator[str]:
    with running(lambda _: world.emulator) as address:
        yield address


def test_every_response_has_an_id(world: World, url: str) -> None:
    """https://github.com/amazon-archives/amazon-cognito-identity-js/issues/167."""
    body = json.dumps({"UserPoolId": world.pool_id}).encode()
    ids = [post(url, PREFIX + "DescribeUserPool", body)[1]["x-amzn-requestid"] for _ in range(2)]
    ids.append(post(url, PREFIX + "DescribeUserPool", b"{}")[1]["x-amzn-requestid"])
    ids.append(post(url, PREFIX + "DescribeUserPool", b" " * (1 << 20) + b" ")[1]["x-amzn-requestid"])
    ids += [ask(url, "GET", WELL_KNOWN + "jwks.json")[1]["x-amzn-requestid"]]
    for method, path in (("GET", "/"), ("GET", "/tea"), ("POST", WELL_KNOWN + "jwks.json"), ("OPTIONS", "/tea")):
        status, headers, _ = ask(url, method, path)
        assert status in {404, 405}
        assert headers["access-control-allow-origin"] == "*"
        ids.append(headers["x-amzn-requestid"])
    assert len({uuid.UUID(text) for text in ids}) == 9


def test_errors_fit_into_a_header(plain: str) -> None:
    name = "né\r\nX-Evil: 1" + "x" * 100_000
    status, headers, reply = post(plain, PREFIX + "CreateUserPool", json.dumps({"PoolName": name}).encode())
    assert status == 400
    assert name in reply["message"]
    assert headers["x-amzn-errormessage"].startswith("2 validation errors detected: Value 'n???X-Evil: 1xxx")
    assert headers["x-evil"] is None


def test_preflights(plain: str) -> None:
    """As recorded from the service: https://github.com/getmoto/moto/issues/1007."""
    asked = {"Origin": "http://localhost:3000", "Access-Control-Request-Method": "POST"}
    wanted = {"Access-Control-Request-Headers": "content-type,x-amz-target"}
    status, headers, content = ask(plain, "OPTIONS", "/", **asked, **wanted)
    assert (status, content) == (200, b"")
    assert {name: value for name, value in headers.items() if name.startswith("access-control")} == {
        "access-control-allow-origin": "*",
        "access-control-allow-headers": "content-type,x-amz-target",
        "access-control-allow-methods": "POST",
        "access-control-expose-headers": EXPOSED,
        "access-control-max-age": "172800",
    }
    assert "access-control-allow-headers" not in ask(plain, "OPTIONS", "/", **asked)[1]
    for name in ("jwks.json", "openid-configuration"):
        assert ask(plain, "OPTIONS", WELL_KNOWN + name, **asked)[1]["access-control-allow-methods"] == "GET"


def test_pages_may_read_the_responses_of_the_service(world: World, url: str) -> None:
    body = json.dumps({"UserPoolId": world.pool_id}).encode()
    responses = [
        post(url, PREFIX + "DescribeUserPool", body)[1],
        post(url, PREFIX + "DescribeUserPool", b"{}")[1],
        post(url, PREFIX + "DescribeUserPool", b" " * (1 << 20) + b" ")[1],
        ask(url, "GET", f"/{world.pool_id}/.well-known/jwks.json")[1],
        ask(url, "GET", WELL_KNOWN + "openid-configuration")[1],
    ]
    for headers in responses:
        assert (headers["access-control-allow-origin"], headers["access-control-expose-headers"]) == ("*", EXPOSED)


def test_pages_may_not_read_the_outbox(plain: str) -> None:
    for path in ("/_authflow/outbox", "/_authflow/health", "/_authflow/tea"):
        for method in ("GET", "OPTIONS", "POST"):
            headers = ask(plain, method, path, Origin="http://a.example", **{"Access-Control-Request-Method": "GET"})[1]
            assert not [name for name in headers if name.startswith("access-control")]
        assert ask(plain, "OPTIONS", path)[0] in {404, 405}


def test_without_cors_no_page_may_use_the_emulator() -> None:
    with running(lambda _: Emulator(settings=Settings(cors=False))) as url:
        assert ask(url, "OPTIONS", "/", Origin="http://a.example")[0] == 405
        # by DNS rebinding a page may reach the emulator as its own origin
        host = {"Host": "evil.example", "Origin": "http://evil.example", "X-Amz-Target": PREFIX + "DescribeUserPool"}
        status, received, _ = ask(url, "POST", "/", **host)
        assert status == 403
        assert uuid.UUID(received["x-amzn-requestid"])
        for headers in (post(url, PREFIX + "DescribeUserPool", b"{}")[1], ask(url, "GET", WELL_KNOWN + "jwks.json")[1]):
            assert not [name for name in headers if name.startswith("access-control")]


def test_unknown_members_are_ignored_and_logged(world: World, url: str, caplog: pytest.LogCaptureFixture) -> None:
    """Some clients send ClientMetadata with operations that have none, and SDKs are newer than botocore's model."""
    token = world.get_tokens()["AccessToken"]
    body = json.dumps({"AccessToken": token, "ClientMetadata": {"a": "hunter2"}, "x\ny" * 99: 1}).encode()
    assert post(url, PREFIX + "GetUser", body)[2]["Username"] == "ada"
    shown = [record.getMessage() for record in caplog.records if record.name == "authflow.emulator"]
    assert shown[0] == "GetUser: ignored a member that the service model does not have: 'ClientMetadata'"
    assert len(shown) == 2
    assert "\n" not in shown[1]
    assert len(shown[1]) < 220
    assert "hunter2" not in "".join(shown)


def test_unknown_members_are_refused_in_process(world: World) -> None:
    token = world.get_tokens()["AccessToken"]
    assert "Member must be a known member" in world.expect_refusal("GetUser", AccessToken=token, ClientMetadata={})


def test_unknown_members_can_be_refused_over_http() -> None:
    with running(lambda _: Emulator(settings=Settings(ignore_unknown_members=False))) as url:
        reply = post(url, PREFIX + "CreateUserPool", b'{"PoolName": "p", "Tea": 1}')[2]
    assert reply["message"].endswith("Value at 'tea' failed to satisfy constraint: Member must be a known member")
