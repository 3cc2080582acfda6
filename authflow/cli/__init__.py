"""The command line."""

import sys
from typing import Final

__all__ = ["main"]

#: Top-level modules that the commands import, by the extra that installs them.
EXTRAS: Final = {
    "cli": ("click", "rich", "segno"),
    "emulator": ("joserfc", "pyotp", "regex", "srptools", "starlette", "uvicorn"),
    "boto3": ("boto3", "botocore"),
    "http": ("certifi", "h11"),
}


def main() -> None:
    """Run ``authflow`` and exit: with code 0 for success, 1 for a failure, 2 for invalid usage, 130 after Ctrl-C."""
    try:
        from authflow.cli._commands import run  # noqa: PLC0415 - needs the extras

        code = run()
    except ModuleNotFoundError as error:  # commands import their dependencies when they run
        missing = (error.name or "").partition(".")[0]
        extra = next((extra for extra, modules in EXTRAS.items() if missing in modules), None)
        if extra is None:
            raise
        sys.stderr.write(f"authflow: {missing} is not installed; run: pip install 'cognito-authflow[{extra}]'\n")
        sys.exit(1)
    sys.exit(code)
