"""Faults in any order, with many users at once: nobody receives another user's response."""

import random
from collections.abc import Callable

from tests.backends.conformance.places import OWN, short_limits, under
from tests.support.backends import Subject
from tests.support.hostile_server import HostileServer, Peer, Received
from tests.support.http_replies import EARLY_HINTS, behave, make_body, reply_of_size, reply_to, respond

USERS = 60
Fault = Callable[[Peer, Received], None]


def finish_early(peer: Peer, received: Received) -> None:
    peer.send(reply_to(received)[:-10])
    peer.finish()


def reset(peer: Peer, received: Received) -> None:
    peer.send(reply_to(received)[:-10])
    peer.reset()


def reply_late(peer: Peer, received: Received) -> None:
    peer.hold()
    peer.send(reply_to(received))


FAULTS: tuple[Fault, ...] = (
    behave,
    behave,
    finish_early,
    reset,
    reply_late,
    lambda peer, received: peer.send(reply_to(received) * 2),
    lambda peer, received: peer.send(reply_of_size(received, 8192), reply_to(received)),
    lambda peer, received: peer.send(EARLY_HINTS + reply_to(received)),
    lambda peer, received: peer.send(reply_to(received) + EARLY_HINTS),
    lambda peer, received: peer.send(b"HTTP/1.1 204 No Content\r\n\r\n" + reply_to(received)),
    lambda peer, received: peer.send(respond(make_body(received.username), "200 OK", "Connection: close")),
    lambda peer, _: peer.send(respond(b"<html>", "503 Busy")),
)


@under("faults in any order", OWN)
def test_faults_in_any_order(subject: Subject, server: HostileServer) -> None:
    chance = random.Random(1)
    users = [f"user-{number}" for number in range(USERS)]
    faults = {username: chance.choice(FAULTS) for username in users}
    server.play(lambda peer, received: faults[received.username](peer, received))
    with short_limits():
        for username, outcome in zip(users, subject.ask_together(*users), strict=True):
            assert outcome in {username, "BackendError"}
    server.play(behave)
    assert subject.ask_together(*users) == users
