"""The commands and their options. The home of click."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO

import click

from authflow import AuthflowError, __version__
from authflow.core.openings import FIRST_FACTORS
from authflow.diagram import mermaid
from authflow.machines.sign_in.table import GROUPS, TABLE, Node

DEFAULT_PORT = 9229
FLOWS = ("srp", "password", "custom", "custom-srp", "choice")
SECRET_VARIABLE = "AUTHFLOW_CLIENT_SECRET"
DIRECTORY = click.Path(file_okay=False, path_type=Path)


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
    """Amazon Cognito sign-in: by hand, as a demonstration, against an emulator; and its diagram."""


@authflow.command()
def demo() -> int:
    """Sign people in to an emulator, over HTTP, and show each step.

    Exits with 0 only if all of it held.
    """
    from authflow.cli._demo import show  # noqa: PLC0415 - the other commands start sooner without it

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

    They live in memory. AWS signatures are not checked: any credentials do. Codes that the pools "send" are printed,
    and are at /_authflow/outbox.
    """
    from authflow.cli._serve import serve  # noqa: PLC0415 - the others start sooner

    serve(host, port, region, issuer, seed_file.read() if seed_file else None)


@authflow.command()
def diagram() -> None:
    """Print the table of transitions as a Mermaid diagram."""
    click.echo(mermaid(TABLE, GROUPS, Node.START), nl=False)


def _pairs(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    pairs = [text.partition("=") for text in given]
    if not all(name and equals for name, equals, _ in pairs):
        raise click.BadParameter("must be KEY=VALUE")
    return {name: value for name, _, value in pairs}


@authflow.command("sign-in", context_settings={"allow_extra_args": True})
@click.option("--pool-id", required=True, help="The user pool's id.")
@click.option("--client-id", required=True, help="The app client's id.")
@click.option("--client-secret", is_flag=True, help=f"Ask for its secret; or set {SECRET_VARIABLE}.")
@click.option("--endpoint-url", help="Such as an emulator's; default: Cognito's own.")
@click.option("--region", help="Default: what the pool's id begins with.")
@click.option("--flow", default="srp", show_default=True, type=click.Choice(FLOWS), help="How to begin.")
@click.option("--preferred", type=click.Choice(FIRST_FACTORS), help="The first factor, for --flow choice.")
@click.option("--username", help="Else it is asked for.")
@click.option("--admin", is_flag=True, help="Use the admin API, with the AWS credentials that boto3 finds.")
@click.option("--devices", type=DIRECTORY, help="Remember this installation, in that directory.")
@click.option("--client-metadata", multiple=True, callback=_pairs, metavar="KEY=VALUE", help="For the pool's triggers.")
@click.option("--show-tokens", is_flag=True, help="Print the tokens too: whoever reads them is signed in.")
@click.pass_context
def sign_in(context: click.Context, /, **options: Any) -> int:  # noqa: ANN401 - they are checked one by one
    """Sign in to a user pool and answer whatever it asks.

    Exits with 0 if signed in, with 1 if not.
    """
    from authflow.cli._sign_in import Settings, sign_in  # noqa: PLC0415 - the others start sooner
    from authflow.cli._terminal import ask_hidden  # noqa: PLC0415 - the others start sooner

    if context.args:  # not shown: it may be a secret that was given where it is asked for
        raise click.UsageError("an argument too many; passwords and secrets are asked for")
    if options["preferred"] and options["flow"] != "choice":
        raise click.UsageError("--preferred goes with --flow choice")
    wanted = options.pop("client_secret")
    secret = ask_hidden("client secret") if wanted else os.environ.get(SECRET_VARIABLE)
    return sign_in(Settings(client_secret=secret or None, **options))
