"""The commands and their options. Only this module imports click."""

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import click

from authflow import AuthflowError, __version__
from authflow.core._texts import escape
from authflow.core.modexp import find_arithmetic
from authflow.core.openings import FIRST_FACTORS
from authflow.diagram import draw_mermaid
from authflow.machines.sign_in.table import GROUPS, TABLE, Node

DEFAULT_PORT = 9229
FLOWS = ("srp", "password", "custom", "custom-srp", "choice")
FLOW_HELP = "srp: USER_SRP_AUTH; password: USER_PASSWORD_AUTH; custom, custom-srp: CUSTOM_AUTH; choice: USER_AUTH."
SECRET_VARIABLE = "AUTHFLOW_CLIENT_SECRET"
DIRECTORY = click.Path(file_okay=False, path_type=Path)
FILE = click.Path(dir_okay=False, path_type=Path)
TEXT_FILE = click.File(encoding="utf-8")
PORT = click.IntRange(0, 65535)


class _Command(click.Command):
    """A command whose usage errors all know it, so that the hint names its own help."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments; see ``click.Command.parse_args``."""
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            error.ctx = error.ctx or ctx
            raise


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code. An error is reported in one line on stderr."""
    try:
        return int(authflow.main(arguments, prog_name="authflow", standalone_mode=False) or 0)
    except click.ClickException as error:
        command = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "authflow"
        hint = f" (see {command} --help)" if isinstance(error, click.UsageError) else ""
        sys.stderr.write(f"authflow: {error.format_message()}{hint}\n")
        return error.exit_code
    except click.Abort:
        return 130
    except (AuthflowError, OSError) as error:
        sys.stderr.write(f"authflow: {escape(str(error))}\n")
        return 1


def _show_version(context: click.Context, _: click.Parameter, is_wanted: bool) -> None:  # noqa: FBT001 - click's
    if not is_wanted:
        return
    arithmetic = find_arithmetic()
    timing = "constant-time" if arithmetic.is_constant_time else "not constant-time: install gmpy2"
    click.echo(f"authflow {__version__}\nSRP arithmetic: {arithmetic.name}, {timing}")
    context.exit()


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, invoke_without_command=True)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_version,
    help="Show the version and the arithmetic that SRP uses, and exit.",
)
@click.pass_context
def authflow(context: click.Context) -> None:
    """Sign in to Amazon Cognito user pools, and run a local emulator of them."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


@authflow.command(cls=_Command)
def demo() -> int:
    """Sign in to a local emulator and show each step.

    Exits with code 0 if all checks passed, otherwise with 1.
    """
    from authflow.cli._demo import run_demo  # noqa: PLC0415 - loaded only for this command, to start faster

    return 0 if run_demo() else 1


@authflow.command(cls=_Command, context_settings={"auto_envvar_prefix": "AUTHFLOW"})
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=DEFAULT_PORT, show_default=True, type=PORT, help="0 picks a free port.")
@click.option("--region", default="eu-west-1", show_default=True, help="Region in the pools' IDs.")
@click.option("--issuer", help="Prefix of the tokens' iss claim; default: the emulator's URL.")
@click.option(
    "--seed-file",
    type=click.File(encoding="utf-8"),
    help="JSON file with pools, clients and users to create at the start.",
)
@click.option(
    "--setting",
    "settings",
    multiple=True,
    envvar="AUTHFLOW_SETTING",
    metavar="NAME=VALUE",
    help="A field of authflow.emulator.Settings, such as mfa_code_digits=8; can be repeated.",
)
@click.option(
    "--triggers",
    metavar="MODULE:NAME",
    help="Lambda triggers of all pools: a mapping from names to functions, or one function, in a Python module.",
)
@click.option(
    "--trigger-url",
    "trigger_urls",
    multiple=True,
    envvar="AUTHFLOW_TRIGGER_URL",
    metavar="ARN=URL",
    help="URL of the Lambda function that a LambdaConfig names, such as a local Lambda runtime; can be repeated.",
)
@click.option(
    "--control-token",
    metavar="TOKEN",
    help="Bearer token that opens /_authflow to other machines, such as containers; default: it is open to none.",
)
@click.option(
    "--state",
    type=click.Path(path_type=Path),
    help="File in which everything is kept, so that nothing is lost at a restart; it contains secrets.",
)
@click.option("--tls", is_flag=True, help="Serve HTTPS, with a certificate that is made at the start.")
@click.option("--env-file", type=FILE, help="File to write for a front end: endpoint, Region, pool and client.")
@click.option("--env-prefix", default="", metavar="TEXT", help="Beginning of the names in it, such as VITE_.")
@click.option("--amplify-file", type=FILE, help="JSON file to write, which Amplify.configure of aws-amplify 6 takes.")
def emulator(
    *,
    host: str,
    port: int,
    region: str,
    issuer: str | None,
    seed_file: TextIO | None,
    settings: tuple[str, ...],
    triggers: str | None,
    trigger_urls: tuple[str, ...],
    control_token: str | None,
    state: Path | None,
    tls: bool,
    env_file: Path | None,
    env_prefix: str,
    amplify_file: Path | None,
) -> None:
    """Run an emulator of Cognito user pools over HTTP.

    It runs until you press Ctrl-C and keeps its data in memory, with --state in a file too. It verifies passwords,
    codes and SRP proofs as Cognito does, but no AWS signatures: any AWS credentials are accepted. It sends no messages:
    codes are printed here, and listed at /_authflow/outbox.

    Each option can be set by a variable of the environment: --port by AUTHFLOW_PORT, and so on.
    """
    from authflow.cli._emulator_triggers import load_triggers, parse_trigger_urls  # noqa: PLC0415 - the same
    from authflow.cli._serve import serve  # noqa: PLC0415 - the same
    from authflow.emulator._control.settings import parse_settings  # noqa: PLC0415 - loaded only for this command
    from authflow.emulator._transports.http import Access  # noqa: PLC0415 - the same

    with _refusing("--setting"):
        chosen = parse_settings(settings)
    with _refusing("--trigger-url"):
        functions = parse_trigger_urls(trigger_urls)
    with _refusing("--triggers"):
        default_triggers = load_triggers(triggers) if triggers else {}
    seed_text = _read_text(seed_file) if seed_file else None
    serve(
        Access(host, port, control_token, tls),
        region=region,
        issuer=issuer,
        seed_text=seed_text,
        settings=chosen,
        functions=functions,
        default_triggers=default_triggers,
        state=state,
        write_files=lambda front_end: front_end.write(env_file, env_prefix, amplify_file),
    )


@contextmanager
def _refusing(option: str) -> Iterator[None]:
    """Report a ValueError as an invalid value of an option."""
    try:
        yield
    except ValueError as error:
        raise click.BadParameter(escape(str(error)), param_hint=option) from None


def _read_text(file: TextIO) -> str:
    try:
        return file.read()
    except UnicodeDecodeError:
        raise click.BadParameter("is not text in UTF-8", param_hint="--seed-file") from None


@authflow.command(cls=_Command)
def diagram() -> None:
    """Print the sign-in state machine as a Mermaid diagram."""
    click.echo(draw_mermaid(TABLE, GROUPS, Node.START), nl=False)


def _parse_pairs(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    pairs = [text.partition("=") for text in values]
    if not all(name and equals for name, equals, _ in pairs):
        raise click.BadParameter("must be KEY=VALUE")
    return {name: value for name, _, value in pairs}


def _client_options(command: Callable[..., int]) -> Callable[..., int]:
    """Add the options that name the pool, the app client and the user."""
    options = (
        click.option("--pool-id", required=True, help="ID of the user pool."),
        click.option("--client-id", required=True, help="ID of the app client."),
        click.option("--client-secret", is_flag=True, help=f"Ask for the client secret. Or set {SECRET_VARIABLE}."),
        click.option("--endpoint-url", help="URL of an emulator or proxy; default: Cognito."),
        click.option("--region", help="AWS region; default: the region in the pool's ID."),
        click.option("--username", help="If you leave it out, the command asks for it."),
        click.option(
            "--client-metadata",
            multiple=True,
            callback=_parse_pairs,
            metavar="KEY=VALUE",
            help="Passed to the pool's Lambda triggers; can be repeated.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def _ask_for_secret(context: click.Context, *, asks: bool) -> str | None:
    """Return the client secret, and refuse arguments, which may be passwords: the error does not repeat them."""
    from authflow.cli._terminal import ask_hidden  # noqa: PLC0415 - loaded only for these commands
    from authflow.messages import load_messages  # noqa: PLC0415 - loaded only for these commands

    if context.args:
        raise click.UsageError("unexpected argument; passwords and secrets are asked for")
    label = load_messages().text("terminal.client_secret.label") if asks else ""
    return (ask_hidden(label) if asks else os.environ.get(SECRET_VARIABLE)) or None


@authflow.command("sign-in", cls=_Command, context_settings={"allow_extra_args": True})
@_client_options
@click.option("--flow", default="srp", show_default=True, type=click.Choice(FLOWS), help=FLOW_HELP)
@click.option("--preferred", type=click.Choice(FIRST_FACTORS), help="First factor to ask for, with --flow choice.")
@click.option("--admin", is_flag=True, help="Use the admin API, with the AWS credentials that boto3 finds.")
@click.option("--devices", type=DIRECTORY, help="Remember this installation as a device, in this directory.")
@click.option("--show-tokens", is_flag=True, help="Print the tokens too. Anyone who reads them can act as the user.")
@click.pass_context
def sign_in(context: click.Context, /, **options: Any) -> int:  # noqa: ANN401 - each option has a type of its own
    """Sign in to a user pool and answer its challenges.

    Exits with code 0 if you are signed in, 1 if not, 2 after a usage error, 130 after Ctrl-C.
    """
    from authflow.cli._sign_in import Settings, sign_in  # noqa: PLC0415 - loaded only for this command

    secret = _ask_for_secret(context, asks=options.pop("client_secret"))
    if options["preferred"] and options["flow"] != "choice":
        raise click.UsageError("--preferred needs --flow choice")
    return sign_in(Settings(client_secret=secret, **options))


@authflow.command("sign-up", cls=_Command, context_settings={"allow_extra_args": True})
@_client_options
@click.option(
    "--attribute",
    "attributes",
    multiple=True,
    callback=_parse_pairs,
    metavar="NAME=VALUE",
    help="A user attribute, such as email=ada@example.com; can be repeated.",
)
@click.option("--no-password", is_flag=True, help="Create a user without a password, who signs in by code.")
@click.option("--resume", is_flag=True, help="Only confirm a user who signed up earlier: a new code is sent.")
@click.pass_context
def sign_up(
    context: click.Context,
    /,
    *,
    attributes: Mapping[str, str],
    no_password: bool,
    resume: bool,
    **options: Any,  # noqa: ANN401 - each option has a type of its own
) -> int:
    """Create a user in a user pool, and confirm the code that is sent.

    Exits with code 0 if the user exists, 1 if not, 2 after a usage error, 130 after Ctrl-C.
    """
    from authflow.cli._accounts import Settings, sign_up  # noqa: PLC0415 - loaded only for this command

    secret = _ask_for_secret(context, asks=options.pop("client_secret"))
    if resume and (attributes or no_password):
        raise click.UsageError("--resume creates no user: it can't be combined with --attribute or --no-password")
    return sign_up(Settings(client_secret=secret, **options), attributes, resume=resume, password=not no_password)


@authflow.command("reset-password", cls=_Command, context_settings={"allow_extra_args": True})
@_client_options
@click.pass_context
def reset_password(context: click.Context, /, **options: Any) -> int:  # noqa: ANN401 - each option has a type of its own
    """Replace a forgotten password with a code that is sent to the user.

    Exits with code 0 if the password is replaced, 1 if not, 2 after a usage error, 130 after Ctrl-C.
    """
    from authflow.cli._accounts import Settings, reset_password  # noqa: PLC0415 - loaded only for this command

    secret = _ask_for_secret(context, asks=options.pop("client_secret"))
    return reset_password(Settings(client_secret=secret, **options))
