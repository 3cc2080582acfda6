"""Time to seal and to unseal a flow, with Sessions as long as Cognito's."""

import secrets
from typing import Final

from authflow import Flow, Password, begin, seal, stamp_now, unseal
from benchmarks.common import Figure, Spread, time_per_call
from benchmarks.conversation import APP
from tests.support.replies import SENT, challenge

SESSION_LENGTHS: Final = (1600, 4096)  # characters: a typical length, and the maximum
EACH_US: Final = 50


def measure() -> list[Figure]:
    """Measure the area."""
    return [figure for length in SESSION_LENGTHS for figure in _measure_length(length)]


def _measure_length(length: int) -> list[Figure]:
    flow, key, stamp = _make_asking_flow(length), secrets.token_bytes(32), stamp_now()
    token = seal(flow, key)
    goal = EACH_US if length == SESSION_LENGTHS[0] else None
    sealing = time_per_call(lambda: seal(flow, key, stamp=stamp), scale=1e6)
    unsealing = time_per_call(lambda: unseal(token, key, APP, stamp=stamp), scale=1e6)
    return [
        Figure(name=f"`seal`, a Session of {length:,} characters", value=sealing, unit="µs", at_most=goal),
        Figure(name="`unseal`, the same", value=unsealing, unit="µs", at_most=goal),
        Figure(name="the token", value=Spread.of([len(token)]), unit="characters"),
    ]


def _make_asking_flow(length: int) -> Flow:
    session = secrets.token_urlsafe(length)[:length]
    reply = challenge("SMS_MFA", session, **SENT)
    return begin(APP, Password("ada@example.com", "Correct-Horse-9"), stamp_now()).receive(reply, stamp_now())
