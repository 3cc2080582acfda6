"""The command line."""

import sys
from io import TextIOWrapper

from authflow._extras import explain_missing, find_missing_module

__all__ = ["main"]


def main() -> None:
    """Run ``authflow`` and exit: with code 0 for success, 1 for a failure, 2 for invalid usage, 130 after Ctrl-C."""
    if isinstance(sys.stdout, TextIOWrapper):  # what the terminal's encoding lacks is escaped, as on stderr
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        with explain_missing("this command"):
            from authflow.cli._commands import run  # noqa: PLC0415 - needs the extras

            code = run()
    except ModuleNotFoundError as error:  # commands import their dependencies when they run
        if find_missing_module(error) is None:
            raise
        sys.stderr.write(f"authflow: {error}\n")
        sys.exit(1)
    sys.exit(code)
