"""The command line."""

import sys
from typing import Final

__all__ = ["main"]

#: what the commands import, by the extra that brings it
EXTRAS: Final = {
    "cli": ("click", "rich", "segno"),
    "emulator": ("joserfc", "pyotp", "regex", "srptools", "starlette", "uvicorn"),
    "boto3": ("boto3", "botocore"),
}


def main() -> None:
    """Run ``authflow``: exit code 0 if it held, 1 if it did not, 2 if it was called wrongly."""
    try:
        from authflow.cli._commands import run  # noqa: PLC0415 - needs the extras

        code = run()
    except ModuleNotFoundError as error:  # a command imports what it needs when it runs
        missing = (error.name or "").partition(".")[0]
        extra = next((extra for extra, modules in EXTRAS.items() if missing in modules), None)
        if extra is None:
            raise
        sys.stderr.write(f"authflow: {missing} is missing: pip install 'cognito-authflow[{extra}]'\n")
        sys.exit(1)
    sys.exit(code)
