"""Questions and messages in the terminal. They go to stderr, so that stdout contains only the result."""

import getpass
import sys
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from authflow.core.errors import AuthflowError, InvalidInput

T = TypeVar("T")
_ENDED: Final = "the input ended before this was answered: {}"


class NoInput(AuthflowError):
    """The input ended, or was not text, where an answer was needed."""


def say(line: str = "") -> None:
    """Write one line to stderr."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def ask(question: str) -> str:
    """Return the line that the user types; it may be empty.

    Raises:
        NoInput: the input has ended, or is not text.
    """
    sys.stderr.write(f"{question}: ")
    sys.stderr.flush()
    try:
        line = sys.stdin.readline()
    except UnicodeDecodeError:
        raise NoInput("the input is not text in the terminal's encoding") from None
    if not sys.stdin.isatty():
        say()  # in a terminal the Enter key ends the line
    if not line:
        raise NoInput(_ENDED.format(question))
    return line.removesuffix("\n").removesuffix("\r")


def ask_hidden(question: str) -> str:
    """Return the line that the user types, without showing it. Input that is no terminal is read as by `ask`.

    Raises:
        NoInput: the input has ended, or is not text.
    """
    if not sys.stdin.isatty():
        return ask(question)
    try:
        return getpass.getpass(f"{question}: ")
    except EOFError:
        raise NoInput(_ENDED.format(question)) from None


def ask_number(question: str, options: Sequence[str]) -> int | None:
    """Return the index of the option whose number, from 1, or whose name the user types; None if there is none.

    Raises:
        NoInput: the input has ended, or is not text.
    """
    typed = ask(question).strip()
    numbered = {str(number): number - 1 for number in range(1, len(options) + 1)}
    return numbered.get(typed, options.index(typed) if typed in options else None)


def retry_until_valid(make: Callable[[], T], explain: Callable[[InvalidInput], str]) -> T:
    """Call ``make`` until it does not raise InvalidInput, and return its result. ``explain`` says what was wrong."""
    while True:
        try:
            return make()
        except InvalidInput as error:
            say(explain(error))
