"""Connections are used again, and calls do not wait for each other."""

import threading

import pytest

from tests.backends.conformance.places import under
from tests.backends.conformance.remaining import TCP, TLS
from tests.support.backends import EVERY, Subject, make_subject
from tests.support.hostile_server import PATIENCE, HostileServer, Peer, Received, hostile_server
from tests.support.http_replies import behave


@pytest.mark.parametrize("name", EVERY)
def test_nothing_listens(name: str) -> None:
    with hostile_server() as server:
        url = server.url
    subject = make_subject(name, url)
    assert subject.ask("ada") == ["BackendError"]
    subject.close()


@under("a server without faults", [name for name in EVERY if name != "example"])
def test_a_connection_is_used_again(subject: Subject, server: HostileServer) -> None:
    server.play(behave)
    assert subject.ask("ada", "grace", "edith") == ["ada", "grace", "edith"]
    assert server.opened == 1


@under("many requests at once")
def test_many_requests_at_once(subject: Subject, server: HostileServer) -> None:
    users = [f"user-{number}" for number in range(60)]
    server.play(behave)
    assert subject.ask_together(*users, at_once=len(users)) == users
    assert len(server.requests) == len(users)


@under("requests in progress together")
def test_no_call_waits_for_another(subject: Subject, server: HostileServer) -> None:
    users = [f"user-{number}" for number in range(8)]
    all_received = threading.Barrier(len(users))

    def script(peer: Peer, received: Received) -> None:
        all_received.wait(PATIENCE)
        behave(peer, received)

    server.play(script)
    assert subject.ask_together(*users, at_once=len(users)) == users


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("transport", [TCP, TLS])
def test_closing_leaves_no_connection(servers: dict[str, HostileServer], name: str, transport: str) -> None:
    server = servers[transport]
    server.play(behave)
    subject = make_subject(name, server.url)
    assert subject.ask_together("ada", "grace", "edith") == ["ada", "grace", "edith"]
    subject.close()
    server.wait_until(lambda: server.connections == 0)
    server.stop()
    assert subject.backend, "garbage collection has not closed it"
