"""Errors of the emulator's state."""


class StateError(Exception):
    """The emulator's state can't be read or kept: the file or document is no state, or the file can't be written.

    The text says where, and what to do.
    """


class Misfit(Exception):
    """A JSON value does not fit. The text says what does; the place is added on the way up.

    Attributes:
        path: the place, from the outermost part to the innermost.
    """

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.path: list[str] = []

    def inside(self, part: str) -> "Misfit":
        """Return the same misfit, seen from one level further out."""
        self.path.insert(0, part)
        return self

    def __str__(self) -> str:
        place = "".join(self.path).removeprefix(".")
        return f"{place}: {super().__str__()}" if place else super().__str__()
