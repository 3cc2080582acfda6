"""What flows weigh: at rest, in a snapshot, and 100,000 of them in flight."""

import gc
import sys
import tracemalloc
from collections.abc import Iterator
from functools import partial
from multiprocessing import get_context
from typing import Final

from authflow import Flow, Srp, begin, dumps, stamp_now
from benchmarks.common import Figure, Spread, pairs, per_call, resident, work
from benchmarks.conversation import APP, cheap_powers, constant_arithmetic, resting_flow, sign_in

FLOWS: Final = 100_000
FEWER: Final = 10_000
IN_FLIGHT: Final = (1, 100, FEWER, FLOWS)
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
        _begun(FEWER // 10)
        gc.collect()
        before = resident()
        flows = _begun(FLOWS)
        mebibytes = resident() - before
        del flows
        alone, few = ([_per_flow(number) for _ in range(PAIRS)] for number in IN_FLIGHT[:2])
        taken = pairs(partial(_per_flow, FEWER), partial(_per_flow, FLOWS), PAIRS)
    number = f"{FLOWS:,} flows in flight"
    return [
        Figure(name=number, value=Spread.of([mebibytes]), unit="MiB", at_most=IN_FLIGHT_MIB),
        *(
            Figure(name=f"to begin each of {number:,}", value=Spread.of(values), unit="µs")
            for number, values in zip(IN_FLIGHT, (alone, few, *zip(*taken, strict=True)), strict=True)
        ),
        *_beside_others(),
        Figure(
            name=f"a flow's time among {FLOWS:,}, in that among {FEWER:,}",
            value=Spread.of(all_ / fewer for fewer, all_ in taken),
            unit="times",
            at_most=1.25,
        ),
    ]


def _beside_others() -> Iterator[Figure]:
    """Measure whole sign-ins while others are in flight."""
    for number in IN_FLIGHT:
        others = _begun(number)
        with constant_arithmetic():
            value = per_call(sign_in, scale=1e6)
        yield Figure(name=f"a sign-in without arithmetic beside {number:,} in flight", value=value, unit="µs")
        del others


def _at_rest() -> list[Figure]:
    bare, bare_text = _bytes_at_rest(FLOWS, attributes=False)
    full, full_text = _bytes_at_rest(FLOWS // 10, attributes=True)
    return [
        Figure(name="a resting flow beside its Session", value=bare, unit="bytes", at_most=RESTING_BYTES),
        Figure(name="the same with one required and one present attribute", value=full, unit="bytes"),
        Figure(name="its snapshot beside the Session", value=bare_text, unit="characters"),
        Figure(name="the same with the attributes", value=full_text, unit="characters"),
    ]


def _bytes_at_rest(count: int, *, attributes: bool) -> tuple[Spread, Spread]:
    """Return what flows at NEW_PASSWORD_REQUIRED hold, and their snapshots' length, each beside the Session."""
    resting_flow(0, attributes=attributes)  # fills caches
    flows: list[Flow | None] = [None] * count
    sessions = 0
    tracemalloc.start()
    gc.collect()
    before, _ = tracemalloc.get_traced_memory()
    for number in range(count):
        flow, session = resting_flow(number, attributes=attributes)
        sessions += sys.getsizeof(session)
        flows[number] = flow
    del flow, session
    gc.collect()
    held = tracemalloc.get_traced_memory()[0] - before - sessions
    tracemalloc.stop()
    flow, session = resting_flow(count - 1, attributes=attributes)
    return Spread.of([held / count]), Spread.of([len(dumps(flow)) - len(session)])


def _begun(number: int) -> list[Flow]:
    return [begin(APP, Srp(f"ada-{at:06}", f"Correct-Horse-{at:06}"), stamp_now()) for at in range(number)]


def _per_flow(number: int) -> float:
    """Return the microseconds of each of many flows that are in flight together."""
    rounds = FLOWS // number
    return sum(work(lambda: _begun(number)) for _ in range(rounds)) / (rounds * number) * 1e6
