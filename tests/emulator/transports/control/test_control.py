"""The emulator's own paths, over loopback."""

import http.client
import threading
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import jsonschema
import pytest
from botocore.exceptions import ConnectionClosedError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from authflow import AppClient, Authenticator, BackendError, Srp
from authflow.emulator import Emulator, client_at, running
from authflow.emulator._transports.control.endpoints import ENDPOINTS, Endpoint
from tests.support.emulator.control import control
from tests.support.emulator.world import ALL_FLOWS, PASSWORD, Clock, Json, World

START = "2026-11-07T09:05:03+00:00"
SEED: Json = {
    "pools": [
        {
            "Id": "eu-west-1_Local0001",
            "PoolName": "people",
            "groups": [{"GroupName": "admins"}],
            "clients": [
                {"ClientName": "web", "ClientId": "local-web".replace("-", ""), "ExplicitAuthFlows": ALL_FLOWS}
            ],
            "users": [{"Username": "ada", "Password": PASSWORD, "Groups": ["admins"]}],
        }
    ]
}


@pytest.fixture(scope="module")
def shared() -> Iterator[tuple[str, Emulator]]:
    emulator = Emulator(Clock())
    with running(lambda _: emulator) as url:
        yield url, emulator


@pytest.fixture
def served(shared: tuple[str, Emulator]) -> tuple[str, World]:
    """An emulator with a pool, a client and the user ada."""
    url, emulator = shared
    emulator.reset()
    world = World(emulator, Clock(), "", "").make_pool()
    world.make_user("ada", email="ada@example.com", email_verified="true")
    return url, world


def forget(world: World) -> None:
    world.call("ForgotPassword", ClientId=world.client_id, Username="ada")


# --- the outbox


def test_messages_of_a_person(served: tuple[str, World]) -> None:
    url, world = served
    control(url, "DELETE", "/outbox")
    forget(world)
    world.invite("bob", email="bob@example.com")
    [message] = control(url, "GET", "/outbox?username=ada")[1]
    assert (message["username"], message["purpose"]) == ("ada", "password_reset")
    assert control(url, "GET", "/outbox?username=ada@example.com")[1] == [message]
    assert [found["username"] for found in control(url, "GET", "/outbox?purpose=invitation")[1]] == ["bob"]
    assert [found["username"] for found in control(url, "GET", f"/outbox?after={message['number']}")[1]] == ["bob"]
    assert control(url, "DELETE", "/outbox") == (200, {"deleted": 2})
    assert control(url, "GET", "/outbox") == (200, [])


def test_waiting_for_a_message(served: tuple[str, World]) -> None:
    url, world = served
    control(url, "DELETE", "/outbox")
    timer = threading.Timer(0.2, lambda: forget(world))
    timer.start()
    started = time.monotonic()
    assert len(control(url, "GET", "/outbox?username=ada&wait=20")[1]) == 1
    assert time.monotonic() - started < 10
    timer.join()
    assert control(url, "GET", "/outbox?username=nobody&wait=0.05") == (200, [])


# --- the clock


def test_the_clock(served: tuple[str, World]) -> None:
    url, world = served
    assert control(url, "GET", "/clock") == (200, {"now": START, "stopped": False, "ahead": 0})
    moved = {"now": "2026-12-07T09:05:03+00:00", "stopped": False, "ahead": 30 * 86400}
    tokens = world.get_tokens()
    assert control(url, "POST", "/clock/advance", {"seconds": 30 * 86400}) == (200, moved)
    refresh = world.make_initiate_params("REFRESH_TOKEN_AUTH", REFRESH_TOKEN=tokens["RefreshToken"])
    assert world.expect_refusal("InitiateAuth", **refresh).endswith("Refresh Token has expired")
    stopped = control(url, "PUT", "/clock", {"now": "2027-01-01T00:00:00+00:00", "stopped": True})[1]
    assert (stopped["now"], stopped["stopped"]) == ("2027-01-01T00:00:00+00:00", True)
    world.emulator.clock._base.forward(hours=1)  # type: ignore[attr-defined]
    assert control(url, "GET", "/clock")[1]["now"] == "2027-01-01T00:00:00+00:00"
    assert control(url, "POST", "/clock/advance", {"seconds": -1.5})[1]["now"] == "2026-12-31T23:59:58.500000+00:00"
    assert control(url, "PUT", "/clock", {"stopped": False})[1]["stopped"] is False
    world.emulator.clock._base.forward(hours=-1)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("method", "path", "body", "detail"),
    [
        ("PUT", "/clock", {"now": "tomorrow"}, "body.now: must be a time such as"),
        ("PUT", "/clock", {"now": "2026-11-07T09:05:03"}, "body.now: must be a time such as"),
        ("PUT", "/clock", {"then": 1}, "body: Additional properties are not allowed"),
        ("POST", "/clock/advance", {}, "body: 'seconds' is a required property"),
        ("POST", "/clock/advance", {"seconds": "1"}, "body.seconds: '1' is not of type 'number'"),
        ("POST", "/clock/advance", {"seconds": 1e300}, "body.seconds: there is no such time"),
        ("POST", "/clock/advance", b"{", "The body is not JSON"),
        ("POST", "/clock/advance", b'{"seconds": NaN}', "The body is not JSON"),
        ("POST", "/clock/advance", b"[" * 100_000, "The body is not JSON"),
        ("GET", "/outbox?wait=61", None, "query.wait: 61.0 is greater than the maximum of 60"),
        ("GET", "/outbox?wait=nan", None, "query.wait: 'nan' is not of type 'number'"),
        (
            "GET",
            "/outbox?user=ada",
            None,
            "query: unknown parameter 'user'; known: username, purpose, after, wait, limit.",
        ),
        ("GET", "/outbox?after=1&after=2", None, "query.after: given twice"),
        ("POST", "/faults", {"operation": "*", "kind": "explode"}, "body.kind: 'explode' is not one of"),
        ("POST", "/faults", {"operation": "*", "kind": "delay", "seconds": 301}, "body.seconds: 301 is greater"),
        ("PATCH", "/settings", {"tea": 1}, "body: there is no setting 'tea'"),
        ("PATCH", "/settings", {"mfa_code_digits": "x"}, "body: mfa_code_digits must be an integer"),
        ("POST", "/seed", {"pool": []}, "document: unknown member 'pool'"),
        ("POST", "/seed", {"pools": [{}]}, "pools[0]: CreateUserPool: InvalidParameterException"),
    ],
)
def test_requests_that_are_not_right(
    served: tuple[str, World], method: str, path: str, body: object, detail: str
) -> None:
    status, problem = control(served[0], method, path, body)
    assert (status, problem["status"], problem["title"]) == (400, 400, "Bad Request")
    assert problem["detail"].startswith(detail)


# --- beginning again


def test_reset(shared: tuple[str, Emulator]) -> None:
    url, emulator = shared
    loads: list[int] = []
    emulator.at_start(lambda: loads.append(len(emulator.call("ListUserPools", {"MaxResults": 60})["UserPools"])))
    control(url, "POST", "/seed", SEED)
    control(url, "POST", "/clock/advance", {"seconds": 60})
    control(url, "PATCH", "/settings", {"mfa_code_digits": 8})
    control(url, "POST", "/faults", {"operation": "GetUser", "kind": "throttle"})
    assert control(url, "POST", "/reset") == (200, {})
    assert loads[-1] == 0
    emulator._starts.clear()
    assert control(url, "GET", "/clock")[1]["ahead"] == 0
    assert control(url, "GET", "/settings")[1]["mfa_code_digits"] == 6
    assert control(url, "GET", "/faults")[1] == []
    assert emulator.call("ListUserPools", {"MaxResults": 60})["UserPools"] == []


def test_seed(served: tuple[str, World]) -> None:
    url, world = served
    [client] = control(url, "POST", "/seed", SEED)[1]
    assert (client["pool_id"], client["client_id"]) == ("eu-west-1_Local0001", "localweb")
    cognito = client_at(url)
    names = {"UserPoolId": client["pool_id"], "Username": "ada"}
    assert cognito.admin_list_groups_for_user(**names)["Groups"][0]["GroupName"] == "admins"
    status, problem = control(url, "POST", "/seed", SEED)
    assert (status, problem["detail"].partition(": InvalidParameter")[0]) == (400, "pools[0]: CreateUserPool")
    assert len(world.call("ListUserPools", MaxResults=60)["UserPools"]) == 2


# --- faults


def sign_in(cognito: Any, world: World) -> object:
    parameters = {"USERNAME": "ada", "PASSWORD": PASSWORD}
    return cognito.initiate_auth(ClientId=world.client_id, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=parameters)


def add_fault(url: str, **fault: object) -> Json:
    status, added = control(url, "POST", "/faults", fault)
    assert status == 200
    made: Json = added
    return made


def test_refusals(served: tuple[str, World]) -> None:
    url, world = served
    cognito = client_at(url)
    add_fault(url, operation="InitiateAuth", kind="throttle", times=1)
    with pytest.raises(cognito.exceptions.TooManyRequestsException):
        sign_in(cognito, world)
    sign_in(cognito, world)
    fault = add_fault(url, operation="*", kind="refuse", error="ForbiddenException", message="no")
    for _ in range(2):
        with pytest.raises(cognito.exceptions.ForbiddenException, match="no"):
            sign_in(cognito, world)
    assert control(url, "GET", "/faults")[1] == [fault]
    assert control(url, "DELETE", f"/faults/{fault['number']}") == (200, {})
    assert control(url, "DELETE", f"/faults/{fault['number']}")[0] == 404
    sign_in(cognito, world)


def test_delays_hold_up_nobody_else(served: tuple[str, World]) -> None:
    url, world = served
    add_fault(url, operation="InitiateAuth", kind="delay", seconds=1, times=1)
    took: list[float] = []

    def wait() -> None:
        started = time.monotonic()
        sign_in(client_at(url), world)
        took.append(time.monotonic() - started)

    waiting = threading.Thread(target=wait)
    waiting.start()
    time.sleep(0.2)
    started = time.monotonic()
    assert control(url, "GET", "/health")[0] == 200
    sign_in(client_at(url), world)
    assert time.monotonic() - started < 0.7
    waiting.join()
    assert took[0] >= 1


def test_a_reply_gets_lost_after_the_operation_was_carried_out(served: tuple[str, World]) -> None:
    url, world = served
    for name, cognito in (("bob", client_at(url)), ("cleo", world.emulator.boto3_client())):
        add_fault(url, operation="SignUp", kind="lose", times=1)
        with pytest.raises(ConnectionClosedError):
            cognito.sign_up(ClientId=world.client_id, Username=name, Password=PASSWORD)
        assert world.call_admin("AdminGetUser", name)["UserStatus"] == "UNCONFIRMED"
    assert control(url, "GET", "/health")[0] == 200


def test_a_lost_reply_in_process(served: tuple[str, World]) -> None:
    url, world = served
    add_fault(url, operation="InitiateAuth", kind="lose")
    auth = Authenticator(AppClient(world.pool_id, world.client_id), world.emulator.backend())
    with pytest.raises(BackendError, match="the reply gets lost"):
        auth.begin(Srp("ada", PASSWORD))
    assert control(url, "DELETE", "/faults") == (200, {"deleted": 1})


def test_texts_that_utf_8_can_not_hold(served: tuple[str, World]) -> None:
    url, _ = served
    fault = {"operation": "GetUser", "kind": "refuse", "message": "\ud800"}
    status, added = control(url, "POST", "/faults", fault)
    assert (status, added["message"]) == (200, "\ud800")
    assert control(url, "GET", "/faults") == (200, [added])
    status, problem = control(url, "POST", "/faults", {**fault, "kind": "\ud800"})
    assert (status, problem["status"]) == (400, 400)


# --- settings


def test_settings(served: tuple[str, World]) -> None:
    url, world = served
    assert control(url, "GET", "/settings")[1]["proof_validity"] is None
    changed = control(url, "PATCH", "/settings", {"proof_validity": 5.5, "cors": False, "sign_in_risk": None})[1]
    assert (changed["proof_validity"], changed["cors"]) == (5.5, False)
    assert world.emulator.settings.cors is False
    control(url, "PATCH", "/settings", {"cors": True})


# --- the description


def test_the_description_has_every_path(served: tuple[str, World]) -> None:
    document = control(served[0], "GET", "/openapi.json")[1]
    described = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    assert described == {(endpoint.method, f"/_authflow{endpoint.path}") for endpoint in ENDPOINTS}
    for schema in find_schemas(document):
        if "$ref" not in schema:
            jsonschema.Draft202012Validator.check_schema(schema)


def find_schemas(value: object) -> Iterator[Json]:
    if isinstance(value, dict):
        if isinstance(value.get("schema"), dict):
            yield value["schema"]
        for part in value.values():
            yield from find_schemas(part)
    elif isinstance(value, list):
        for part in value:
            yield from find_schemas(part)


@pytest.mark.parametrize("endpoint", [endpoint for endpoint in ENDPOINTS if endpoint.method == "GET"], ids=str)
def test_replies_are_as_described(served: tuple[str, World], endpoint: Endpoint) -> None:
    url, world = served
    forget(world)
    add_fault(url, operation="GetUser", kind="delay", seconds=0.1)
    status, reply = control(url, "GET", endpoint.path)
    assert status == 200
    jsonschema.Draft202012Validator(endpoint.reply).validate(reply)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    endpoint=st.sampled_from([one for one in ENDPOINTS if one.path != "/reset"]),
    body=st.recursive(
        st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=5) | st.integers(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "now",
                        "seconds",
                        "stopped",
                        "operation",
                        "kind",
                        "error",
                        "pools",
                        "PoolName",
                        "users",
                        "Id",
                        "times",
                    ]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=8,
    ),
)
def test_no_request_brings_an_error_of_the_server(shared: tuple[str, Emulator], endpoint: Endpoint, body: Any) -> None:
    url, emulator = shared
    status, _ = control(url, endpoint.method, endpoint.path.replace("{number}", "7"), body)
    assert status in {200, 400, 404}
    emulator.faults.clear()
    emulator.clock.reset()


# --- who may use it


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "", 404),
        ("GET", "/", 404),
        ("GET", "/nothing", 404),
        ("GET", "/outbox/", 404),
        ("POST", "/outbox", 405),
        ("GET", "/console/nothing.js", 404),
    ],
)
def test_what_is_not_there_is_a_problem(shared: tuple[str, Emulator], method: str, path: str, status: int) -> None:
    found, problem = control(shared[0], method, path)
    assert (found, problem["status"]) == (status, status)
    assert "/_authflow/openapi.json" in problem["detail"]
    headers = ask(shared[0], method, path, {"Content-Type": "application/json"})[1]
    assert headers["content-type"] == "application/problem+json"
    assert ("allow" in headers) == (status == 405)


def ask(url: str, method: str, path: str, headers: dict[str, str]) -> tuple[int, dict[str, str]]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 0, timeout=10)
    try:
        connection.request(method, f"/_authflow{path}", b"{}" if method != "GET" else None, headers)
        response = connection.getresponse()
        response.read()
        return response.status, {name.lower(): value for name, value in response.getheaders()}
    finally:
        connection.close()


JSON_TYPE = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("POST", JSON_TYPE, 200),
        ("POST", {"Content-Type": "application/json; charset=utf-8"}, 200),
        ("POST", {}, 415),
        ("POST", {"Content-Type": "text/plain"}, 415),
        ("POST", {"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ("POST", {**JSON_TYPE, "Origin": "http://a.example"}, 403),
        ("POST", {**JSON_TYPE, "Origin": "null"}, 403),
        ("POST", {**JSON_TYPE, "Sec-Fetch-Site": "cross-site"}, 403),
        ("POST", {**JSON_TYPE, "Sec-Fetch-Site": "same-site"}, 403),
        ("POST", {**JSON_TYPE, "Sec-Fetch-Site": "same-origin"}, 200),
        ("GET", {}, 200),
        ("GET", {"Origin": "http://a.example"}, 403),
        ("GET", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, 403),
        ("GET", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, 200),
    ],
)
def test_pages_of_other_origins(
    shared: tuple[str, Emulator], method: str, headers: dict[str, str], status: int
) -> None:
    url, _ = shared
    path = "/health" if method == "GET" else "/reset"
    came, received = ask(url, method, path, headers)
    assert came == status
    assert not [name for name in received if name.startswith("access-control")]
    assert received["x-content-type-options"] == "nosniff"
    assert received["cross-origin-resource-policy"] == "same-origin"


def test_the_own_origin(shared: tuple[str, Emulator]) -> None:
    url, _ = shared
    assert ask(url, "POST", "/reset", {**JSON_TYPE, "Origin": url})[0] == 200
    assert ask(url, "POST", "/reset", {**JSON_TYPE, "Origin": url.replace("http", "https")})[0] == 403
