"""The command line."""

import sys


def main() -> None:
    """Run ``authflow``: exit code 0 if it held, 1 if it did not, 2 if it was called wrongly."""
    try:
        from authflow.cli.commands import run  # noqa: PLC0415 - needs the extras
    except ModuleNotFoundError as error:
        sys.stderr.write(f"authflow: {error.name} is missing: pip install 'cognito-authflow[all]'\n")
        sys.exit(1)
    sys.exit(run())
