"""The output of the demonstration. Only this module imports rich."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, TypeVar

from rich.console import Console
from rich.text import Text

from authflow import Flow
from authflow.challenges import BaseChallenge
from authflow.cli import _qr
from authflow.core.requests import Request
from authflow.drivers.options import AnyFlow, Outcome

C = TypeVar("C", bound=BaseChallenge)
COLUMN: Final = 22


def make_console() -> Console:
    """Return a console on stdout: with colours in a terminal, plain text in a pipe."""
    return Console(highlight=False, soft_wrap=True)


def require_challenge(flow: Flow, kind: type[C]) -> C:
    """Return the flow's challenge.

    Raises:
        TypeError: it is of another kind. The section fails, and the demonstration continues.
    """
    if not isinstance(flow.challenge, kind):
        raise TypeError(f"expected {kind.__name__}, but the flow is at {flow.node}")
    return flow.challenge


@dataclass
class Report:
    """Prints sections, steps and checks.

    Attributes:
        has_failed: whether a check has failed.
    """

    console: Console
    has_failed: bool = False

    @contextmanager
    def section(self, title: str) -> Iterator[None]:
        """Print a section. An exception in it counts as a failed check; later sections still run."""
        self.console.print(f"[bold]{title}[/]")
        started = time.perf_counter()
        try:
            yield
        except Exception as error:
            self.check(condition=False, what=f"{type(error).__name__}: {error}")
        self.console.print(f"  [dim]{(time.perf_counter() - started) * 1000:.1f} ms in total[/]\n")

    def check(self, condition: bool, what: str) -> None:  # noqa: FBT001 - it reads as: check that
        """Print whether a check passed."""
        self.has_failed |= not condition
        self._line("[green]ok[/]    " if condition else "[red]FAILED[/]", what)

    def note(self, what: str) -> None:
        """Print something that happens outside the sign-in."""
        self._line("[dim]--[/]    ", what)

    def draw_qr(self, text: str) -> bool:
        """Print a QR code if the output's encoding can show it; return whether it was printed."""
        lines = _qr.draw(text, self.console.encoding)
        for line in lines:
            self.console.print("  ", Text(line, style="bright_white on black"), sep="")
        return bool(lines)

    def observe(
        self, before: AnyFlow, request: Request, outcome: Outcome, after: AnyFlow | None, seconds: float
    ) -> None:
        """Print a step: the node, the operation, how long the call took, and the next node or the error."""
        result = after.node if after else type(outcome).__name__
        step = f"{before.node:<{COLUMN}}{request.operation:<{COLUMN + 4}}"
        self.console.print(f"  {step}{seconds * 1000:6.1f} ms  -> {result}")

    def _line(self, mark: str, what: str) -> None:
        self.console.print(f"  {mark}  ", Text(what), sep="")
