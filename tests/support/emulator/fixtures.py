"""What the tests of the emulator start with. Fixtures are made of these functions, and tests are called with them."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from authflow.emulator import Emulator
from tests.support.emulator.mfa import SMS, configure
from tests.support.emulator.phones import make_tracking_pool
from tests.support.emulator.world import Clock, World


def clock() -> Clock:
    """A clock that stands still."""
    return Clock()


def empty(clock: Clock) -> World:
    """An emulator without pools."""
    return World(Emulator(clock), clock, "", "")


def world(empty: World) -> World:
    """A pool with the confirmed user ada, and a client without a secret."""
    made = empty.make_pool()
    made.make_user("ada", email="ada@example.com", email_verified="true")
    return made


def secretive(world: World) -> World:
    """The same pool, and a client with a secret."""
    return world.make_client(GenerateSecret=True)


def guarded(empty: World) -> World:
    """A pool that tracks devices and has optional SMS MFA. Its user ada has a verified phone number."""
    made = make_tracking_pool(empty)
    number = [{"Name": "phone_number", "Value": "+15550109878"}, {"Name": "phone_number_verified", "Value": "true"}]
    made.call_admin("AdminUpdateUserAttributes", "ada", UserAttributes=number)
    configure(made, "OPTIONAL", SMS)
    return made


FIXTURES: Mapping[str, Callable[..., Any]] = {make.__name__: make for make in (clock, empty, world, secretive, guarded)}


def make_arguments(function: Callable[..., Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return arguments for a test: ``given`` ones, and new fixtures for the rest."""
    made = dict(given)

    def get(name: str) -> Any:
        if name not in made:
            made[name] = FIXTURES[name](
                **{needed: get(needed) for needed in inspect.signature(FIXTURES[name]).parameters}
            )
        return made[name]

    return {name: get(name) for name in inspect.signature(function).parameters}
