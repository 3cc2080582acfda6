"""After a fork, a child never uses the connections of its parent, not even while they are in use."""

import json
import os
import signal
import threading
import warnings
from collections.abc import Iterable

import pytest

from authflow import InvalidInput
from tests.backends.conformance.places import under
from tests.support.backends import Subject
from tests.support.hostile_server import PATIENCE, HostileServer, Peer, Received
from tests.support.http_replies import ask_for, behave, find_username

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
# What belongs to an event loop or to a client of one's own can't be made again in a child.
REFUSED = {"AsyncHttpBackend", "Boto3Backend(client)"}


def fork_and_ask(subject: Subject, usernames: Iterable[str]) -> tuple[int, int]:
    """Ask in a child. Return its id, and the end of a pipe from which to read what it received."""
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of threads in the parent, which are what we test
        child = os.fork()
    if child:
        os.close(writing)
        return child, reading
    try:
        signal.alarm(10)
        outcomes = []
        for username in usernames:
            try:
                outcomes.append(find_username(subject.call_in_child(ask_for(username))))
            except InvalidInput as error:
                outcomes.append(type(error).__name__)
        os.write(writing, json.dumps(outcomes).encode())
    except BaseException as error:  # the parent shows it
        os.write(writing, json.dumps(repr(error)).encode())
    finally:
        os._exit(0)


def wait_for(child: int, reading: int) -> object:
    with os.fdopen(reading, "rb") as pipe:
        outcome = pipe.read()
    os.waitpid(child, 0)
    return json.loads(outcome or b'"killed"')


@under("a fork")
def test_each_process_receives_its_own_responses(
    subject: Subject, server: HostileServer, request: pytest.FixtureRequest
) -> None:
    may_reply = threading.Event()

    def script(peer: Peer, received: Received) -> None:
        if received.username == "slow":
            may_reply.wait(PATIENCE)
        behave(peer, received)

    server.play(script)
    outcomes: list[str] = []
    slow = threading.Thread(target=lambda: outcomes.extend(subject.ask("slow")))
    slow.start()
    server.wait_until(lambda: len(server.requests) == 1)
    assert subject.ask("ada") == ["ada"]
    assert not outcomes, "the slow call is still in progress"
    children = [fork_and_ask(subject, users) for users in (("grace", "hedy"), ("edith", "mary"))]
    found = [wait_for(*child) for child in children]
    may_reply.set()
    slow.join(PATIENCE)
    assert outcomes == ["slow"]
    assert subject.ask("joan") == ["joan"]
    is_refused = request.node.callspec.params["place"][0] in REFUSED
    assert found == ([["InvalidInput"] * 2] * 2 if is_refused else [["grace", "hedy"], ["edith", "mary"]])
    parent = {each.connection for each in server.requests if each.username in {"slow", "ada", "joan"}}
    assert not parent & {each.connection for each in server.requests if each.username not in {"slow", "ada", "joan"}}
