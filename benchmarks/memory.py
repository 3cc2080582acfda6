"""What flows weigh: at rest, in a snapshot, and 100,000 of them in flight."""

import gc
import sys
import tracemalloc
from multiprocessing import get_context
from typing import Final

from authflow import Flow, begin, dumps, stamp_now
from benchmarks.common import Figure, Spread, pairs, resident, seconds
from benchmarks.conversation import APP, OPENING, cheap_powers, resting

FLOWS: Final = 100_000
FEW: Final = 1_000
RESTING_BYTES: Final = 512
IN_FLIGHT_MIB: Final = 200
PAIRS: Final = 3


def measure() -> list[Figure]:
    """Measure the area."""
    with get_context("spawn").Pool(1) as fresh:  # what ran before must not have made room
        return [*_at_rest(), *fresh.apply(in_flight)]


def in_flight() -> list[Figure]:
    """Measure flows that are calling, in a process of their own."""
    with cheap_powers():
        _begun(FEW)
        gc.collect()
        before = resident()
        flows = _begun(FLOWS)
        mebibytes = resident() - before
        del flows
        taken = pairs(_per_flow_of_few, _per_flow_of_many, PAIRS)
    number = f"{FLOWS:,} flows in flight"
    return [
        Figure(name=number, value=Spread.of([mebibytes]), unit="MiB", at_most=IN_FLIGHT_MIB),
        Figure(name=f"to begin each of {FEW:,}", value=Spread.of(few * 1e6 for few, _ in taken), unit="µs"),
        Figure(name=f"to begin each of {FLOWS:,}", value=Spread.of(many * 1e6 for _, many in taken), unit="µs"),
        Figure(
            name=f"time of a flow among {FLOWS:,}, in that among {FEW:,}",
            value=Spread.of(many / few for few, many in taken),
            unit="times",
            at_most=1.25,
        ),
    ]


def _at_rest() -> list[Figure]:
    bare, bare_text = _bytes_at_rest(attributes=False)
    full, full_text = _bytes_at_rest(attributes=True)
    return [
        Figure(name="a resting flow beside its Session", value=bare, unit="bytes", at_most=RESTING_BYTES),
        Figure(name="the same with one required and one present attribute", value=full, unit="bytes"),
        Figure(name="its snapshot beside the Session", value=bare_text, unit="characters"),
        Figure(name="the same with the attributes", value=full_text, unit="characters"),
    ]


def _bytes_at_rest(*, attributes: bool) -> tuple[Spread, Spread]:
    """Return what flows at NEW_PASSWORD_REQUIRED hold, and their snapshots' length, each beside the Session."""
    resting(0, attributes=attributes)  # fills caches
    flows: list[Flow | None] = [None] * FLOWS
    sessions = 0
    tracemalloc.start()
    gc.collect()
    before, _ = tracemalloc.get_traced_memory()
    for number in range(FLOWS):
        flow, session = resting(number, attributes=attributes)
        sessions += sys.getsizeof(session)
        flows[number] = flow
    del flow, session
    gc.collect()
    held = tracemalloc.get_traced_memory()[0] - before - sessions
    tracemalloc.stop()
    flow, session = resting(FLOWS - 1, attributes=attributes)
    return Spread.of([held / FLOWS]), Spread.of([len(dumps(flow)) - len(session)])


def _begun(number: int) -> list[Flow]:
    return [begin(APP, OPENING, stamp_now()) for _ in range(number)]


def _per_flow_of_few() -> float:
    return sum(seconds(lambda: _begun(FEW)) for _ in range(10)) / (10 * FEW)


def _per_flow_of_many() -> float:
    return seconds(lambda: _begun(FLOWS)) / FLOWS
