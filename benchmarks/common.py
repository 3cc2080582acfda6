"""Shared by all areas: figures, tables, and functions that measure."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from timeit import Timer
from typing import Self, TypeAlias

Clock: TypeAlias = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Spread:
    """The minimum, the median and the maximum of several measurements."""

    least: float
    middle: float
    most: float

    @classmethod
    def of(cls, values: Iterable[float]) -> Self:
        """Return the spread of measurements."""
        ordered = sorted(values)
        return cls(ordered[0], median(ordered), ordered[-1])

    def __str__(self) -> str:
        """Return the median, followed by the range if the values differ."""
        if self.least == self.most:
            return format_number(self.middle)
        return f"{format_number(self.middle)} ({format_number(self.least)} to {format_number(self.most)})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One row of a table. A goal is met if the median is within it."""

    name: str
    value: Spread
    unit: str = ""
    at_most: float | None = None
    at_least: float | None = None

    @property
    def is_met(self) -> bool | None:
        """Whether the goal is met; None if there is no goal."""
        if self.at_most is not None:
            return self.value.middle <= self.at_most
        return None if self.at_least is None else self.value.middle >= self.at_least

    def format_row(self) -> str:
        """Return the row in Markdown."""
        goal = "" if self.at_most is None else f"at most {format_number(self.at_most)}"
        goal = goal if self.at_least is None else f"at least {format_number(self.at_least)}"
        met = {None: "", True: "yes", False: "**no**"}[self.is_met]
        return f"| {self.name} | {self.value} | {self.unit} | {goal} | {met} |"


@dataclass(frozen=True, slots=True)
class Grid:
    """A table with columns of its own, without goals."""

    title: str
    head: tuple[str, ...]
    rows: list[tuple[str, ...]]

    def format(self) -> str:
        """Return the table in Markdown."""
        lines = (self.head, ("---",) * len(self.head), *self.rows)
        return "\n".join((f"{self.title}:", "", *(f"| {' | '.join(line)} |" for line in lines), ""))


def format_report(title: str, results: Iterable[Figure | Grid]) -> str:
    """Return an area's tables in Markdown: one with all figures, then the grids."""
    results = list(results)
    figures = [result.format_row() for result in results if isinstance(result, Figure)]
    head = ("| what | median (range) | unit | goal | met |", "|---|---|---|---|---|")
    grids = [result.format() for result in results if isinstance(result, Grid)]
    return "\n".join((f"### {title}", "", *((*head, *figures, "") if figures else ()), *grids))


def time_seconds(action: Callable[[], object], clock: Clock = time.perf_counter) -> float:
    """Run an action once; return the seconds that it took."""
    started = clock()
    action()
    return clock() - started


def time_cpu_seconds(action: Callable[[], object]) -> float:
    """Run an action once; return its processor time in seconds, which other programs disturb less."""
    return time_seconds(action, time.process_time)


def time_per_call(action: Callable[[], object], *, scale: float, repetitions: int = 9) -> Spread:
    """Return the processor time of one call, measured in rounds of many calls; ``scale``: 1e6 for microseconds."""
    timer = Timer(action, "import gc; gc.enable()", time.process_time)  # timeit disables it, programs do not
    calls, _ = timer.autorange()
    return Spread.of(taken / calls * scale for taken in timer.repeat(repetitions, calls))


def measure_pairs(first: Callable[[], float], second: Callable[[], float], count: int) -> list[tuple[float, float]]:
    """Take two measurements in turns, so that a change of the machine's speed affects both."""
    taken = []
    for turn in range(count):
        if turn % 2:
            later, earlier = second(), first()
            taken.append((earlier, later))
        else:
            taken.append((first(), second()))
    return taken


def compute_percentile(values: Iterable[float], percent: int) -> float:
    """Return a percentile."""
    return quantiles(values, n=100)[percent - 1]


def read_resident_memory(process: int | str = "self") -> float:
    """Return the resident memory of a process in MiB, read from Linux' /proc."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024  # kB


def format_number(value: float) -> str:
    """Return a number as it is shown in tables."""
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.4g}" if abs(value) >= 100 else f"{value:.3g}"
