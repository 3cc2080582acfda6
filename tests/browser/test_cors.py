"""Web pages of other origins: they may call the service's paths, and never the emulator's own."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Page

from authflow.emulator import Emulator, Settings, running
from tests.support.console import CLIENT, PASSWORD, POOL, make_document
from tests.support.emulator.world import Clock

START = Clock()()
#: as aws-amplify and AWS SDK v3 send them
CALL = """async ([url, operation, body]) => {
    const response = await fetch(url, {
        method: "POST",
        headers: {
            "Content-Type": "application/x-amz-json-1.1",
            "X-Amz-Target": `AWSCognitoIdentityProviderService.${operation}`,
            "X-Amz-User-Agent": "aws-amplify/6",
            "Cache-Control": "no-store",
        },
        body: JSON.stringify(body),
    });
    const read = (name) => response.headers.get(name);
    return [response.status, await response.json(), read("x-amzn-RequestId"), read("x-amzn-ErrorType")];
}"""
#: a request as a page can send it; "failed" where the browser gives the page nothing of the response
REQUEST = """async ([url, options]) => {
    try {
        const response = await fetch(url, options);
        return [response.type, response.status, await response.text()];
    } catch (error) {
        return "failed";
    }
}"""


@pytest.fixture(scope="module")
def site() -> Iterator[int]:
    """A web site of its own, with one empty page; its port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>another site</title>")

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.fixture(params=["127.0.0.1", "shop.example"])
def foreign(request: pytest.FixtureRequest, site: int, page: Page) -> Page:
    """A page of another origin: another port of this machine, or another site."""
    page.goto(f"http://{request.param}:{site}/")
    return page


@pytest.fixture
def served() -> Iterator[tuple[str, Emulator]]:
    emulator = Emulator(Clock())
    emulator.load(make_document())
    with running(lambda _: emulator) as url:
        yield url, emulator


def make_call(url: str, password: str) -> list[Any]:
    parameters = {"USERNAME": "grace", "PASSWORD": password}
    request = {"ClientId": CLIENT, "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": parameters}
    return [url, "InitiateAuth", request]


# --- the service's paths


def test_a_page_of_another_origin_signs_in(served: tuple[str, Emulator], foreign: Page) -> None:
    url, _ = served
    status, reply, request_id, _ = foreign.evaluate(CALL, make_call(url, PASSWORD))
    assert (status, reply["ChallengeName"]) == (200, "SMS_MFA")
    assert request_id


def test_it_reads_errors(served: tuple[str, Emulator], foreign: Page) -> None:
    url, _ = served
    status, reply, _, kind = foreign.evaluate(CALL, make_call(url, "Wr0ng-passw0rd"))
    assert (status, reply["__type"]) == (400, "NotAuthorizedException")
    assert kind.startswith("NotAuthorizedException")


def test_it_reads_the_keys_of_a_pool(served: tuple[str, Emulator], foreign: Page) -> None:
    url, emulator = served
    keys = foreign.evaluate("async (url) => (await fetch(url)).json()", f"{url}/{POOL}/.well-known/jwks.json")
    assert keys == emulator.jwks(POOL)


def test_none_may_call_where_cors_is_off(foreign: Page) -> None:
    emulator = Emulator(settings=Settings(cors=False))
    with running(lambda _: emulator) as url:
        sent = {"method": "POST", "headers": {"X-Amz-Target": "AWSCognitoIdentityProviderService.ListUserPools"}}
        assert foreign.evaluate(REQUEST, [url, sent]) == "failed"


# --- the emulator's own paths


@pytest.mark.parametrize("path", ["health", "outbox", "users", "sign-ins", "state", "console", "console/console.js"])
@pytest.mark.parametrize("mode", ["cors", "no-cors"])
def test_no_page_of_another_origin_reads_the_control_paths(
    served: tuple[str, Emulator], foreign: Page, path: str, mode: str
) -> None:
    url, _ = served
    assert foreign.evaluate(REQUEST, [f"{url}/_authflow/{path}", {"mode": mode}]) == "failed"


@pytest.mark.parametrize(
    "options",
    [
        {"mode": "no-cors"},
        {"mode": "no-cors", "headers": {"Content-Type": "text/plain"}},
        {"mode": "no-cors", "headers": {"Content-Type": "application/json"}},
        {"headers": {"Content-Type": "application/json"}},
        {"headers": {"Content-Type": "application/json", "Authorization": "Bearer x"}},
    ],
    ids=str,
)
def test_none_changes_anything(served: tuple[str, Emulator], foreign: Page, options: dict[str, Any]) -> None:
    url, emulator = served
    emulator.outbox.clear()
    sent = {**options, "method": "POST", "body": '{"seconds": 60}'}
    assert foreign.evaluate(REQUEST, [f"{url}/_authflow/clock/advance", sent]) == "failed"
    assert foreign.evaluate(REQUEST, [f"{url}/_authflow/reset", {**sent, "body": "{}"}]) == "failed"
    assert emulator.clock() == START
    assert emulator.call("ListUserPools", {"MaxResults": 60})["UserPools"]


def test_none_shows_the_console_inside_itself(served: tuple[str, Emulator], foreign: Page) -> None:
    url, _ = served
    foreign.evaluate(
        """(url) => new Promise((resolve) => {
            const frame = document.createElement("iframe");
            frame.onload = resolve;
            frame.src = url;
            document.body.append(frame);
        })""",
        f"{url}/_authflow/console",
    )
    shown = foreign.frames[1]
    assert shown.locator("#state").count() == 0
    assert not shown.url.startswith(url)


def test_a_link_to_the_console_works(served: tuple[str, Emulator], foreign: Page) -> None:
    url, _ = served
    foreign.evaluate("(url) => { location.href = url; }", f"{url}/_authflow/console")
    foreign.get_by_text("Live").wait_for()


def test_a_name_that_leads_to_this_machine_is_no_way_in(served: tuple[str, Emulator], page: Page) -> None:
    """DNS rebinding: the page's own name has this machine's address, so that the emulator is of the page's origin."""
    url, emulator = served
    rebound = url.replace("127.0.0.1", "shop.example")
    assert page.goto(f"{rebound}/").status == 405  # type: ignore[union-attr]  # any page of this origin will do
    for path in ("outbox", "users", "console"):
        kind, status, _ = page.evaluate(REQUEST, [f"{rebound}/_authflow/{path}", {}])
        assert (kind, status) == ("basic", 403)
        assert page.evaluate(REQUEST, [f"{url}/_authflow/{path}", {}]) == "failed"
    sent = {"method": "POST", "headers": {"Content-Type": "application/json"}, "body": '{"seconds": 60}'}
    assert page.evaluate(REQUEST, [f"{rebound}/_authflow/clock/advance", sent])[1] == 403
    assert emulator.clock() == START
