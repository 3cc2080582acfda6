"""``authflow demo``: sign in to an emulator over HTTP and show each step."""

from authflow import __version__
from authflow.cli._demo import custom, passwords, second_factor
from authflow.cli._demo.environment import Clock, Environment
from authflow.cli._demo.report import Report, make_console
from authflow.emulator import Emulator, running


def run_demo() -> bool:
    """Run the demonstration; return whether all checks passed."""
    report, clock = Report(make_console()), Clock()
    emulators: list[Emulator] = []

    def make(url: str) -> Emulator:
        emulators.append(Emulator(clock, issuer=url))
        return emulators[0]

    with running(make) as url:
        environment = Environment(url, emulators[0], clock)
        _introduce(report, environment)
        _run_sections(report, environment)
    report.console.print("[red]Some checks failed.[/]" if report.has_failed else "[green]All checks passed.[/]")
    return not report.has_failed


def _introduce(report: Report, environment: Environment) -> None:
    pool_id = environment.plain_app.pool_id
    report.console.print(f"[bold]authflow {__version__}[/]: an emulator at {environment.url}, pool {pool_id},")
    report.console.print("an app client with a secret. Each line shows a node, its request, and the next node.\n")


def _run_sections(report: Report, environment: Environment) -> None:
    tokens = passwords.show_srp(report, environment)
    passwords.show_wrong_password(report, environment)
    passwords.show_new_password(report, environment)
    if tokens:
        passwords.show_refresh(report, environment, tokens)
        passwords.show_verification(report, environment, tokens)
    app = second_factor.show_setup(report, environment)
    if app:
        second_factor.show_code(report, environment, app)
        second_factor.show_remembered_device(report, environment, app)
    custom.show_riddles(report, environment)
