"""What the areas share: figures, and how they are taken."""

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
    """The least, the median and the most of several measurements."""

    least: float
    middle: float
    most: float

    @classmethod
    def of(cls, values: Iterable[float]) -> Self:
        """Take it of measurements."""
        ordered = sorted(values)
        return cls(ordered[0], median(ordered), ordered[-1])

    def __str__(self) -> str:
        """Return the median, and the range where there is one."""
        if self.least == self.most:
            return number(self.middle)
        return f"{number(self.middle)} ({number(self.least)} to {number(self.most)})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One row of a table; a goal is held if the median is within it."""

    name: str
    value: Spread
    unit: str = ""
    at_most: float | None = None
    at_least: float | None = None

    @property
    def held(self) -> bool | None:
        """Whether the goal is held; None where there is none."""
        if self.at_most is not None:
            return self.value.middle <= self.at_most
        return None if self.at_least is None else self.value.middle >= self.at_least

    def row(self) -> str:
        """Return the row in Markdown."""
        goal = "" if self.at_most is None else f"at most {number(self.at_most)}"
        goal = goal if self.at_least is None else f"at least {number(self.at_least)}"
        held = {None: "", True: "yes", False: "**no**"}[self.held]
        return f"| {self.name} | {self.value} | {self.unit} | {goal} | {held} |"


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of another form, without goals."""

    title: str
    head: tuple[str, ...]
    rows: list[tuple[str, ...]]

    def text(self) -> str:
        """Return it in Markdown."""
        lines = (self.head, ("---",) * len(self.head), *self.rows)
        return "\n".join((f"{self.title}:", "", *(f"| {' | '.join(line)} |" for line in lines), ""))


def report(title: str, results: Iterable[Figure | Grid]) -> str:
    """Return an area's tables in Markdown: one of all figures, and the grids."""
    results = list(results)
    figures = [result.row() for result in results if isinstance(result, Figure)]
    head = ("| what | median (range) | unit | goal | held |", "|---|---|---|---|---|")
    grids = [result.text() for result in results if isinstance(result, Grid)]
    return "\n".join((f"### {title}", "", *((*head, *figures, "") if figures else ()), *grids))


def seconds(action: Callable[[], object], clock: Clock = time.perf_counter) -> float:
    """Run something once; return how long it took."""
    started = clock()
    action()
    return clock() - started


def work(action: Callable[[], object]) -> float:
    """Run something once; return the processor time that it took, which other programs disturb less."""
    return seconds(action, time.process_time)


def per_call(action: Callable[[], object], *, scale: float, repetitions: int = 9) -> Spread:
    """Return the processor time of one call, of several rounds of many; ``scale``: 1e6 for microseconds."""
    timer = Timer(action, "import gc; gc.enable()", time.process_time)  # timeit switches it off, users do not
    calls, _ = timer.autorange()
    return Spread.of(taken / calls * scale for taken in timer.repeat(repetitions, calls))


def pairs(first: Callable[[], float], second: Callable[[], float], count: int) -> list[tuple[float, float]]:
    """Take two measurements in turn, so that a machine that speeds up or slows down favours neither."""
    taken = []
    for turn in range(count):
        if turn % 2:
            later, earlier = second(), first()
            taken.append((earlier, later))
        else:
            taken.append((first(), second()))
    return taken


def percentile(values: Iterable[float], percent: int) -> float:
    """Return a percentile."""
    return quantiles(values, n=100)[percent - 1]


def resident(process: int | str = "self") -> float:
    """Return the memory of a process that is in RAM, in MiB, as Linux says."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024  # kB


def number(value: float) -> str:
    """Return a figure as tables have it."""
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.4g}" if abs(value) >= 100 else f"{value:.3g}"
