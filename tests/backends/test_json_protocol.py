"""AWS JSON 1.1: requests and responses."""

import json
import traceback
from typing import Any

import pytest
from botocore.session import get_session
from hypothesis import given
from hypothesis import strategies as st

import authflow.core.requests
from authflow import AuthflowError, BackendError, InvalidInput, Refusal, Throttled, __version__
from authflow.backends._json_protocol import HttpResponse, build_request, read_reply
from authflow.core.requests import AssociateSoftwareToken, GetTokensFromRefreshToken, Request
from authflow.core.secret import Secret
from tests.support.servers import error_body, make_request

SECRET = "5ecretMark"


def operations() -> set[str]:
    found = {getattr(one, "operation", None) for one in vars(authflow.core.requests).values() if isinstance(one, type)}
    return {name for name in found if isinstance(name, str)}


def test_an_http_request() -> None:
    http_request = build_request(make_request())
    assert http_request.headers["X-Amz-Target"] == "AWSCognitoIdentityProviderService.InitiateAuth"
    assert http_request.headers["Content-Type"] == "application/x-amz-json-1.1"
    assert http_request.headers["User-Agent"] == f"authflow/{__version__}"
    assert json.loads(http_request.body) == make_request().params()


def test_exactly_the_admin_operations_need_a_signature() -> None:
    model: Any = get_session().get_service_model("cognito-idp")
    assert len(operations()) == 17
    for name in operations():
        assert (model.operation_model(name).auth_type != "none") == name.startswith("Admin")


@pytest.mark.parametrize("name", sorted(name for name in operations() if name.startswith("Admin")))
def test_admin_operations_are_refused(name: str) -> None:
    made: Request = object.__new__(getattr(authflow.core.requests, name))
    with pytest.raises(InvalidInput, match=f"{name} must be signed: use Boto3Backend") as caught:
        build_request(made)
    assert caught.value.field == "admin"


@pytest.mark.parametrize("value", [SECRET.encode(), float("nan"), {1: object()}, 10**5000], ids=type)
def test_a_member_that_json_can_not_represent(value: Any) -> None:
    with pytest.raises(InvalidInput, match="GetTokensFromRefreshToken: a member") as caught:
        build_request(GetTokensFromRefreshToken(client_id="c", refresh_token=value))
    assert SECRET not in "".join(traceback.format_exception(caught.value))


def test_a_lone_surrogate_is_escaped() -> None:
    assert build_request(AssociateSoftwareToken(session=Secret("\ud800"))).body == b'{"Session": "\\ud800"}'


@pytest.mark.parametrize(
    "value", [build_request(AssociateSoftwareToken(session=Secret(SECRET))), HttpResponse(200, {}, SECRET.encode())]
)
def test_repr_does_not_show_the_body(value: object) -> None:
    assert SECRET not in repr(value)


def test_a_reply_is_returned_as_it_is() -> None:
    assert read_reply("InitiateAuth", HttpResponse(200, {}, '{"Session": "ä", "Extra": [1]}'.encode())) == {
        "Session": "ä",
        "Extra": [1],
    }


@pytest.mark.parametrize(
    ("code", "headers"),
    [
        ("CodeMismatchException", {}),
        ("com.amazonaws.cognito#CodeMismatchException", {}),
        ("CodeMismatchException:http://internal.amazon.com/coral/", {}),
        ("a.b#CodeMismatchException:http://internal/#x", {}),
        ("", {"x-amzn-errortype": "CodeMismatchException:http://internal/"}),
        ("", {"x-amzn-errortype": "CodeMismatchException:"}),
        ("", {"x-amzn-errortype": "com.amazonaws.cognito#CodeMismatchException:"}),
        ("CodeMismatchException", {"x-amzn-errortype": "SomethingElse:"}),
    ],
)
def test_the_code_of_a_refusal(code: str, headers: dict[str, str]) -> None:
    with pytest.raises(Refusal) as caught:
        read_reply("InitiateAuth", HttpResponse(400, headers, error_body(code, "Wrong.")))
    assert (caught.value.code, caught.value.message) == ("CodeMismatchException", "Wrong.")


@pytest.mark.parametrize("name", ["message", "Message"])
def test_the_message_of_a_refusal(name: str) -> None:
    with pytest.raises(Refusal) as caught:
        read_reply("InitiateAuth", HttpResponse(400, {}, json.dumps({"__type": "X", name: "Why"}).encode()))
    assert caught.value.message == "Why"


HTML = b"<html>5ecretMark</html>"
TRUNCATED = b'{"AuthenticationResult": {"AccessToken": "5ecretMark'


@pytest.mark.parametrize(
    ("status", "body", "kind", "text"),
    [
        (400, error_body("NotAuthorizedException"), Refusal, "NotAuthorizedException: why"),
        (403, error_body("ForbiddenException"), Refusal, "ForbiddenException: why"),
        (400, error_body("LimitExceededException"), Refusal, "LimitExceededException: why"),
        (400, error_body("TooManyRequestsException"), Throttled, "InitiateAuth: HTTP 400, TooManyRequestsException"),
        (400, error_body("ThrottlingException"), Throttled, "InitiateAuth: HTTP 400, ThrottlingException"),
        (503, error_body("Throttling"), Throttled, "InitiateAuth: HTTP 503, Throttling"),
        (429, HTML, Throttled, "InitiateAuth: HTTP 429, no code"),
        (500, error_body("InternalErrorException"), BackendError, "InitiateAuth: HTTP 500, InternalErrorException"),
        (503, HTML, BackendError, "InitiateAuth: HTTP 503, no code"),
        (302, b"", BackendError, "InitiateAuth: HTTP 302, no code"),
        (201, b"{}", BackendError, "InitiateAuth: HTTP 201, no code"),
        (400, HTML, BackendError, "InitiateAuth: HTTP 400, no code"),
        (400, error_body("<b>5ecretMark"), BackendError, "InitiateAuth: HTTP 400, no code"),
        (400, b'{"__type": 1}', BackendError, "InitiateAuth: HTTP 400, no code"),
        (400, b"{}", BackendError, "InitiateAuth: HTTP 400, no code"),
        *(
            (200, body, BackendError, "InitiateAuth: HTTP 200, but the body is not a JSON object")
            for body in (
                b"", HTML, TRUNCATED, b'"5ecretMark"', b"[1]", b"null", b"1", b'{"a": "\xff"}', b'{"a": NaN}',
                '{"a": 1}'.encode("utf-16"), b"[" * 100_000, b'{"a":' * 100_000, b'{"a": ' + b"1" * 5000 + b"}",
            )
        ),
    ],
)  # fmt: skip
def test_error_responses(status: int, body: bytes, kind: type[AuthflowError], text: str) -> None:
    with pytest.raises(AuthflowError) as caught:
        read_reply("InitiateAuth", HttpResponse(status, {}, body))
    assert type(caught.value) is kind
    assert str(caught.value) == text
    assert caught.value.__context__ is None, "a decoder's error holds the whole document"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
codes = st.sampled_from(["NotAuthorizedException", "TooManyRequestsException", "x#Y:z"]) | st.text()
errors = st.dictionaries(st.sampled_from(["__type", "message", "Message"]), codes | json_values)
bodies = st.binary() | (json_values | errors).map(lambda value: json.dumps(value).encode())


@given(
    st.integers(100, 599) | st.sampled_from([200, 400]),
    bodies,
    st.dictionaries(st.just("x-amzn-errortype"), codes),
)
def test_any_response_is_a_reply_or_an_error(status: int, body: bytes, headers: dict[str, str]) -> None:
    response = HttpResponse(status, headers, body)
    try:
        assert isinstance(read_reply("InitiateAuth", response), dict)
        assert status == 200
    except Refusal as error:
        is_expected = error.code.isidentifier() and 400 <= status < 500
    except BackendError as error:
        is_expected = str(error).startswith(f"InitiateAuth: HTTP {status}, ")
    else:
        is_expected = True
    assert is_expected
