"""The commands and their options. The home of click."""

import sys
from collections.abc import Sequence
from typing import TextIO

import click

from authflow import AuthflowError, __version__
from authflow.machine import mermaid
from authflow.sign_in.table import GROUPS, TABLE, Node

DEFAULT_PORT = 9229


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; whatever is wrong is said in one line."""
    try:
        return int(authflow.main(arguments, prog_name="authflow", standalone_mode=False) or 0)
    except click.ClickException as error:
        hint = " (see authflow --help)" if isinstance(error, click.UsageError) else ""
        sys.stderr.write(f"authflow: {error.format_message()}{hint}\n")
        return error.exit_code
    except click.Abort:
        return 130
    except (AuthflowError, OSError) as error:
        sys.stderr.write(f"authflow: {error}\n")
        return 1


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, no_args_is_help=False)
@click.version_option(__version__, message="%(prog)s %(version)s")
def authflow() -> None:
    """Amazon Cognito sign-in: a demonstration, an emulator, a diagram."""


@authflow.command()
def demo() -> int:
    """Sign people in to an emulator, over HTTP, and show each step.

    Exits with 0 only if all of it held.
    """
    from authflow.cli.demo import show  # noqa: PLC0415 - the other commands start sooner without it

    return 0 if show() else 1


@authflow.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option(
    "--port", default=DEFAULT_PORT, show_default=True, type=click.IntRange(0, 65535), help="0 picks a free one."
)
@click.option("--region", default="eu-west-1", show_default=True, help="What the pools' ids begin with.")
@click.option("--issuer", help="What the tokens' iss begins with; default: the address.")
@click.option("--seed-file", type=click.File(), help="Pools, clients and users to begin with, as JSON.")
def emulator(host: str, port: int, region: str, issuer: str | None, seed_file: TextIO | None) -> None:
    """Serve user pools that verify every proof, over HTTP, until Ctrl-C.

    They live in memory. AWS signatures are not checked: any credentials do. Codes that the pools "send" are at
    /_authflow/outbox.
    """
    from authflow.cli.serve import serve  # noqa: PLC0415

    serve(host, port, region, issuer, seed_file.read() if seed_file else None)


@authflow.command()
def diagram() -> None:
    """Print the table of transitions as a Mermaid diagram."""
    click.echo(mermaid(TABLE, GROUPS, Node.START), nl=False)
