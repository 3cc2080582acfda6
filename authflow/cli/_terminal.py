"""The person at the terminal. Questions and remarks go to stderr, so that stdout has the result alone."""

import getpass
import sys
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from authflow.core.errors import AuthflowError, InvalidInput

T = TypeVar("T")
_ENDED: Final = "the input ended where this was asked: {}"


class NoInput(AuthflowError):
    """A question was asked, and there was nothing to read."""


def say(line: str = "") -> None:
    """Say something to the person, in one line."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def plain(text: str) -> str:
    """Return a text that came over the network without what could move the cursor or add a line."""
    return "".join(character if character.isprintable() else ascii(character)[1:-1] for character in text)


def ask(question: str) -> str:
    """Return the line that the person types; it may be empty.

    Raises:
        NoInput: there is none.
    """
    sys.stderr.write(f"{question}: ")
    sys.stderr.flush()
    try:
        line = sys.stdin.readline()
    except UnicodeDecodeError:
        raise NoInput("the input is not text in the terminal's encoding") from None
    if not sys.stdin.isatty():
        say()  # a terminal shows the end of the line that was typed
    if not line:
        raise NoInput(_ENDED.format(question))
    return line.removesuffix("\n").removesuffix("\r")


def ask_hidden(question: str) -> str:
    """Return the line that the person types, not shown; from a pipe as it comes.

    Raises:
        NoInput: there is none.
    """
    if not sys.stdin.isatty():
        return ask(question)
    try:
        return getpass.getpass(f"{question}: ")
    except EOFError:
        raise NoInput(_ENDED.format(question)) from None


def ask_option(options: Sequence[str]) -> str:
    """Return one of the options, which the person may name or number; another text as it was typed.

    Raises:
        InvalidInput: a number that is not there, or nothing.
    """
    chosen = ask("choice").strip()
    numbered = {str(number): option for number, option in enumerate(options, 1)}
    if chosen not in numbered and (not chosen or chosen.isdecimal()):
        raise InvalidInput("choice", f"type a number from 1 to {len(options)}")
    return numbered.get(chosen, chosen)


def until_valid(make: Callable[[], T]) -> T:
    """Return what ``make`` returns, called again as long as it raises InvalidInput; each time that is said."""
    while True:
        try:
            return make()
        except InvalidInput as error:
            say(f"Not possible: {plain(str(error))}; try again")
