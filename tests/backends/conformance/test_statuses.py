"""What each status means, and that nothing is sent twice and nothing is kept between requests."""

import pytest

from authflow import AuthflowError, BackendError, Refusal, Throttled
from tests.backends.conformance.places import under
from tests.support.backends import Subject
from tests.support.hostile_server import HostileServer, hostile_server, never
from tests.support.http_replies import ask_for, make_body, respond
from tests.support.servers import error_body

ERRORS: dict[str, tuple[bytes, type[AuthflowError]]] = {
    "400 Bad Request": (error_body("NotAuthorizedException"), Refusal),
    "403 Forbidden": (error_body("ForbiddenException"), Refusal),
    "400 Too Many": (error_body("TooManyRequestsException"), Throttled),
    "429 Too Many Requests": (b"", Throttled),
    "500 Internal Server Error": (error_body("InternalErrorException"), BackendError),
    "503 Service Unavailable": (b"<html>", BackendError),
    "403 No": (b"<html>", BackendError),
    "400 No": (b"{}", BackendError),
}


@under("an error of Cognito")
def test_errors(subject: Subject, server: HostileServer) -> None:
    server.play(lambda peer, received: peer.send(respond(ERRORS[received.username][0], received.username)))
    for status, (_, kind) in ERRORS.items():
        with pytest.raises(AuthflowError) as caught:
            subject.call(ask_for(status))
        assert type(caught.value) is kind, status
    assert len(server.requests) == len(ERRORS), "nothing is sent twice"


@under("a refusal")
def test_a_refusal_names_code_and_message(subject: Subject, server: HostileServer) -> None:
    server.play(lambda peer, _: peer.send(respond(error_body("NotAuthorizedException", "No."), "400 Bad Request")))
    with pytest.raises(Refusal) as caught:
        subject.call(ask_for("ada"))
    assert (caught.value.code, caught.value.message) == ("NotAuthorizedException", "No.")


@under("a success that is not 200")
def test_only_status_200_is_a_success(subject: Subject, server: HostileServer) -> None:
    statuses = ["201 Created", "202 Accepted", "203 Transformed", "206 Partial Content", "299 Fine"]
    server.play(lambda peer, received: peer.send(respond(make_body(received.username), received.username)))
    assert subject.ask(*statuses) == ["BackendError"] * len(statuses)


@under("a redirect")
def test_redirects_are_not_followed(subject: Subject, server: HostileServer) -> None:
    statuses = ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"]
    with hostile_server() as elsewhere:
        elsewhere.play(never)
        location = f"Location: {elsewhere.url}/"
        server.play(
            lambda peer, received: peer.send(respond(make_body(received.username), received.username, location))
        )
        assert subject.ask(*statuses) == ["BackendError"] * len(statuses)
        assert (elsewhere.opened, len(server.requests)) == (0, len(statuses))


@under("cookies")
def test_cookies_are_never_sent_back(subject: Subject, server: HostileServer) -> None:
    cookies = ("Set-Cookie: session=ada; Path=/", "Set-Cookie: other=1; Domain=localhost")
    server.play(lambda peer, received: peer.send(respond(make_body(received.username), "200 OK", *cookies)))
    assert subject.ask("ada", "grace", "edith") == ["ada", "grace", "edith"]
    assert not any("cookie" in received.headers for received in server.requests)
