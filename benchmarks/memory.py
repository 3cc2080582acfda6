"""Memory of flows: at rest, in a snapshot, and with 100,000 of them in flight."""

import gc
import sys
import tracemalloc
from collections.abc import Iterator
from functools import partial
from multiprocessing import get_context
from typing import Final

from authflow import Flow, Srp, begin, dumps, stamp_now
from benchmarks.common import Figure, Spread, measure_pairs, read_resident_memory, time_cpu_seconds, time_per_call
from benchmarks.conversation import APP, cheap_powers, constant_arithmetic, make_resting_flow, sign_in

FLOWS: Final = 100_000
FEWER: Final = 10_000
IN_FLIGHT: Final = (1, 100, FEWER, FLOWS)
RESTING_BYTES: Final = 512
IN_FLIGHT_MIB: Final = 200
PAIRS: Final = 3


def measure() -> list[Figure]:
    """Measure the area."""
    with get_context("spawn").Pool(1) as fresh:  # a new process, without memory that earlier areas have freed
        return [*_measure_at_rest(), *fresh.apply(measure_in_flight)]


def measure_in_flight() -> list[Figure]:
    """Measure flows that are calling. This runs in a new process."""
    with cheap_powers():
        _begin_flows(FEWER // 10)
        gc.collect()
        before = read_resident_memory()
        flows = _begin_flows(FLOWS)
        mebibytes = read_resident_memory() - before
        del flows
        alone, few = ([_time_flow(number) for _ in range(PAIRS)] for number in IN_FLIGHT[:2])
        taken = measure_pairs(partial(_time_flow, FEWER), partial(_time_flow, FLOWS), PAIRS)
    number = f"{FLOWS:,} flows in flight"
    return [
        Figure(name=number, value=Spread.of([mebibytes]), unit="MiB", at_most=IN_FLIGHT_MIB),
        *(
            Figure(name=f"to begin each of {number:,}", value=Spread.of(values), unit="µs")
            for number, values in zip(IN_FLIGHT, (alone, few, *zip(*taken, strict=True)), strict=True)
        ),
        *_measure_beside_others(),
        Figure(
            name=f"a flow's time among {FLOWS:,}, relative to {FEWER:,}",
            value=Spread.of(all_ / fewer for fewer, all_ in taken),
            unit="times",
            at_most=1.25,
        ),
    ]


def _measure_beside_others() -> Iterator[Figure]:
    """Measure complete sign-ins while other flows are in flight."""
    for number in IN_FLIGHT:
        others = _begin_flows(number)
        with constant_arithmetic():
            value = time_per_call(sign_in, scale=1e6)
        yield Figure(name=f"a sign-in without arithmetic beside {number:,} in flight", value=value, unit="µs")
        del others


def _measure_at_rest() -> list[Figure]:
    bare, bare_text = _measure_bytes_at_rest(FLOWS, attributes=False)
    full, full_text = _measure_bytes_at_rest(FLOWS // 10, attributes=True)
    return [
        Figure(name="a resting flow without its Session", value=bare, unit="bytes", at_most=RESTING_BYTES),
        Figure(name="the same with one required and one present attribute", value=full, unit="bytes"),
        Figure(name="its snapshot without the Session", value=bare_text, unit="characters"),
        Figure(name="the same with the attributes", value=full_text, unit="characters"),
    ]


def _measure_bytes_at_rest(count: int, *, attributes: bool) -> tuple[Spread, Spread]:
    """Return the bytes of a flow at NEW_PASSWORD_REQUIRED and its snapshot's length, both without the Session."""
    make_resting_flow(0, attributes=attributes)  # fill caches
    flows: list[Flow | None] = [None] * count
    sessions = 0
    tracemalloc.start()
    gc.collect()
    before, _ = tracemalloc.get_traced_memory()
    for number in range(count):
        flow, session = make_resting_flow(number, attributes=attributes)
        sessions += sys.getsizeof(session)
        flows[number] = flow
    del flow, session
    gc.collect()
    held = tracemalloc.get_traced_memory()[0] - before - sessions
    tracemalloc.stop()
    flow, session = make_resting_flow(count - 1, attributes=attributes)
    return Spread.of([held / count]), Spread.of([len(dumps(flow)) - len(session)])


def _begin_flows(number: int) -> list[Flow]:
    return [begin(APP, Srp(f"ada-{at:06}", f"Correct-Horse-{at:06}"), stamp_now()) for at in range(number)]


def _time_flow(number: int) -> float:
    """Return the microseconds for one of many flows that are in flight together."""
    rounds = FLOWS // number
    return sum(time_cpu_seconds(lambda: _begin_flows(number)) for _ in range(rounds)) / (rounds * number) * 1e6
