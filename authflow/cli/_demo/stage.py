"""What the demonstration shows, and how. The home of rich."""

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


def console() -> Console:
    """Return where the demonstration is shown: coloured in a terminal, plain text in a pipe."""
    return Console(highlight=False, soft_wrap=True)


def asked(flow: Flow, kind: type[C]) -> C:
    """Return the flow's challenge, which is to be of this kind; else the part breaks, and the demonstration says so."""
    if not isinstance(flow.challenge, kind):
        raise TypeError(f"{flow.node} where {kind.__name__} was to be asked")
    return flow.challenge


@dataclass
class Stage:
    """Shows parts, steps and checks.

    Attributes:
        broken: whether a check did not hold.
    """

    console: Console
    broken: bool = False

    @contextmanager
    def part(self, title: str) -> Iterator[None]:
        """Show a part; what it raises breaks it, and the others go on."""
        self.console.print(f"[bold]{title}[/]")
        started = time.perf_counter()
        try:
            yield
        except Exception as error:
            self.check(condition=False, what=f"{type(error).__name__}: {error}")
        self.console.print(f"  [dim]{(time.perf_counter() - started) * 1000:.1f} ms in all[/]\n")

    def check(self, condition: bool, what: str) -> None:  # noqa: FBT001 - it reads as: check that
        """Show whether something held."""
        self.broken |= not condition
        self._line("[green]ok[/]    " if condition else "[red]FAILED[/]", what)

    def tell(self, what: str) -> None:
        """Show what happens outside the sign-in."""
        self._line("[dim]--[/]    ", what)

    def qr(self, text: str) -> bool:
        """Draw a QR code if the output has the characters for it; return whether it was drawn."""
        lines = _qr.drawn(text, self.console.encoding)
        for line in lines:
            self.console.print("  ", Text(line, style="bright_white on black"), sep="")
        return bool(lines)

    def observe(
        self, before: AnyFlow, request: Request, outcome: Outcome, after: AnyFlow | None, seconds: float
    ) -> None:
        """Show a step."""
        leads = after.node if after else type(outcome).__name__
        sends = f"{before.node:<{COLUMN}}{request.operation:<{COLUMN + 4}}"
        self.console.print(f"  {sends}{seconds * 1000:6.1f} ms  -> {leads}")

    def _line(self, mark: str, what: str) -> None:
        self.console.print(f"  {mark}  ", Text(what), sep="")
