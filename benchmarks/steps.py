"""A sign-in without cryptography and network: its steps and snapshots."""

from collections.abc import Callable
from functools import partial
from typing import Final

from authflow import Authenticator, Flow, SignedIn, begin, dumps, loads, stamp_now
from authflow.machines.sign_in.table import TRANSITIONS
from benchmarks.common import Figure, time_per_call
from benchmarks.conversation import (
    APP,
    OPENING,
    TOKENS,
    VERIFIER,
    FixedReplyBackend,
    constant_arithmetic,
    make_resting_flow,
    sign_in,
)

WHOLE_MS: Final = 0.3


def measure() -> list[Figure]:
    """Measure the area."""
    with constant_arithmetic():
        return [*_measure_whole(), *_measure_single()]


def _measure_whole() -> list[Figure]:
    auth = Authenticator(APP, FixedReplyBackend())
    for flow in (sign_in(), auth.begin(OPENING)):
        if not isinstance(flow.state, SignedIn):
            raise TypeError(f"the sign-in ended at {flow.node}")
    ways: dict[str, Callable[[], Flow]] = {"step by step": sign_in, "Authenticator": partial(auth.begin, OPENING)}
    return [
        Figure(name=f"a complete SRP sign-in, {way}", value=time_per_call(run, scale=1e3), unit="ms", at_most=WHOLE_MS)
        for way, run in ways.items()
    ]


def _measure_single() -> list[Figure]:
    stamp = stamp_now()
    begun = begin(APP, OPENING, stamp)
    verifying = begun.receive(VERIFIER, stamp)
    asked, _ = make_resting_flow(1, attributes=True)
    table = TRANSITIONS[begun.auth_flow]
    text = dumps(asked)
    actions: dict[str, Callable[[], object]] = {
        "`begin`": lambda: begin(APP, OPENING, stamp),
        "`receive`, PASSWORD_VERIFIER": lambda: begun.receive(VERIFIER, stamp),
        "`receive`, tokens": lambda: verifying.receive(TOKENS, stamp),
        "`request.params()`, with SECRET_HASH": lambda: begun.request and begun.request.params(),
        "the table lookup of one step": lambda: table.find_successor(begun.node, "PASSWORD_VERIFIER"),
        "`stamp_now`": stamp_now,
        "`dumps`": lambda: dumps(asked),
        "`loads`": lambda: loads(text, APP),
    }
    return [Figure(name=name, value=time_per_call(action, scale=1e6), unit="µs") for name, action in actions.items()]
