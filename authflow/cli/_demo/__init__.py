"""``authflow demo``: people sign in to an emulator over HTTP, and every step shows."""

from authflow import __version__
from authflow.cli._demo import custom, passwords, second_factor
from authflow.cli._demo.site import Clock, Site
from authflow.cli._demo.stage import Stage, console
from authflow.emulator import Emulator, running


def show() -> bool:
    """Run the demonstration; return whether all of it held."""
    stage, clock = Stage(console()), Clock()
    emulators: list[Emulator] = []

    def make(url: str) -> Emulator:
        emulators.append(Emulator(clock, issuer=url))
        return emulators[0]

    with running(make) as url:
        site = Site(url, emulators[0], clock)
        _introduce(stage, site)
        _play(stage, site)
    stage.console.print("[red]It did not hold.[/]" if stage.broken else "[green]All of it held.[/]")
    return not stage.broken


def _introduce(stage: Stage, site: Site) -> None:
    stage.console.print(f"[bold]authflow {__version__}[/]: an emulator at {site.url}, pool {site.people.pool_id},")
    stage.console.print("an app client with a secret; each line is a node, what it sends, and where that leads\n")


def _play(stage: Stage, site: Site) -> None:
    tokens = passwords.srp(stage, site)
    passwords.wrong(stage, site)
    passwords.new(stage, site)
    if tokens:
        passwords.refresh(stage, site, tokens)
        passwords.verification(stage, site, tokens)
    app = second_factor.set_up(stage, site)
    if app:
        second_factor.sign_in(stage, site, app)
        second_factor.remembered_device(stage, site, app)
    custom.riddles(stage, site)
