"""What each status means, and that nothing is sent twice and nothing is kept between requests."""

import pytest

from authflow import AuthflowError, BackendError, Refusal, Throttled
from tests.backends.conformance.places import under
from tests.support.backends import Subject
from tests.support.hostile_server import HostileServer, Peer, Received, hostile_server, never
from tests.support.http_replies import ask_for, make_body, respond
from tests.support.servers import error_body


@under("an error of Cognito")
@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        ("400 Bad Request", error_body("NotAuthorizedException"), Refusal),
        ("403 Forbidden", error_body("ForbiddenException"), Refusal),
        ("400 Bad Request", error_body("TooManyRequestsException"), Throttled),
        ("429 Too Many Requests", b"", Throttled),
        ("500 Internal Server Error", error_body("InternalErrorException"), BackendError),
        ("503 Service Unavailable", b"<html>", BackendError),
        ("403 Forbidden", b"<html>", BackendError),
        ("400 Bad Request", b"{}", BackendError),
    ],
)
def test_errors(subject: Subject, server: HostileServer, status: str, body: bytes, kind: type[AuthflowError]) -> None:
    server.play(lambda peer, _: peer.send(respond(body, status)))
    with pytest.raises(AuthflowError) as caught:
        subject.call(ask_for("ada"))
    assert type(caught.value) is kind
    assert len(server.requests) == 1, "nothing is sent twice"


@under("a refusal")
def test_a_refusal_names_code_and_message(subject: Subject, server: HostileServer) -> None:
    server.play(lambda peer, _: peer.send(respond(error_body("NotAuthorizedException", "No."), "400 Bad Request")))
    with pytest.raises(Refusal) as caught:
        subject.call(ask_for("ada"))
    assert (caught.value.code, caught.value.message) == ("NotAuthorizedException", "No.")


@under("a success that is not 200")
@pytest.mark.parametrize(
    "status", ["201 Created", "202 Accepted", "203 Transformed", "206 Partial Content", "299 Fine"]
)
def test_only_status_200_is_a_success(subject: Subject, server: HostileServer, status: str) -> None:
    def script(peer: Peer, received: Received) -> None:
        peer.send(respond(make_body(received.username), status if received.username == "ada" else "200 OK"))

    server.play(script)
    assert subject.ask("ada", "grace", "edith") == ["BackendError", "grace", "edith"]


@under("a redirect")
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(subject: Subject, server: HostileServer, status: int) -> None:
    with hostile_server() as elsewhere:
        elsewhere.play(never)
        location = f"Location: {elsewhere.url}/"
        server.play(lambda peer, received: peer.send(respond(make_body(received.username), f"{status} Go", location)))
        assert subject.ask("ada") == ["BackendError"]
        assert (elsewhere.opened, len(server.requests)) == (0, 1)


@under("cookies")
def test_cookies_are_never_sent_back(subject: Subject, server: HostileServer) -> None:
    cookies = ("Set-Cookie: session=ada; Path=/", "Set-Cookie: other=1; Domain=localhost")
    server.play(lambda peer, received: peer.send(respond(make_body(received.username), "200 OK", *cookies)))
    assert subject.ask("ada", "grace", "edith") == ["ada", "grace", "edith"]
    assert not any("cookie" in received.headers for received in server.requests)
