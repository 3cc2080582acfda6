"""What others do at a given moment: while one of the Lambda triggers runs that a request leads to."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from authflow.emulator import ServiceError
from authflow.emulator._triggers.registry import TRIGGER_NAMES
from tests.support.emulator.lambdas import Riddles
from tests.support.emulator.mfa import EMAIL, SMS, TOTP, configure
from tests.support.emulator.world import OTHER_PASSWORD, PASSWORD, Json, World

Act = Callable[[World, str], object]
#: they run when the operation is complete
SENDERS: Final = frozenset({"CustomEmailSender", "CustomSMSSender"})
MIGRATED: Final = {"userAttributes": {"email": "mia@example.com", "email_verified": "true"}}


@dataclass
class Interruption:
    """All Lambda triggers of a pool. While one of them runs, something is done in another thread.

    Attributes:
        act: what is done.
        name: the user to whom it is done.
        moment: the number of the run while which it is done, from 0; None for no run.
        runs: the names of the Lambda triggers that have run, in order.
        is_done: it was done, and not refused.
    """

    world: World
    act: Act
    name: str
    moment: int | None = None
    runs: list[str] = field(default_factory=list)
    is_done: bool = False
    error: BaseException | None = None
    _is_inside: bool = False

    def triggers(self) -> dict[str, Callable[[Json], Json]]:
        answers = {**Riddles().triggers(), "UserMigration": lambda event: {**event, "response": MIGRATED}}
        return {name: self._make(name, answers) for name in TRIGGER_NAMES if name not in SENDERS}

    def _make(self, name: str, answers: Mapping[str, Any]) -> Callable[[Json], Json]:
        def run(event: Json) -> Json:
            if not self._is_inside:
                self._note(name)
            answered: Json = answers[name](event) if name in answers else event
            return answered

        return run

    def _note(self, name: str) -> None:
        self.runs.append(name)
        if len(self.runs) - 1 != self.moment:
            return
        self._is_inside = True
        thread = threading.Thread(target=self._interrupt, daemon=True)
        thread.start()
        thread.join(20)
        self._is_inside = False
        assert not thread.is_alive(), "the other request was not answered"

    def _interrupt(self) -> None:
        try:
            self.act(self.world, self.name)
            self.is_done = True
        except ServiceError:
            pass  # not everything can be done to every user
        except BaseException as error:
            self.error = error


def call_admin(operation: str, **params: object) -> Act:
    return lambda world, name: world.call_admin(operation, name, **params)


def set_attributes(**attributes: str) -> Act:
    given = [{"Name": name, "Value": value} for name, value in attributes.items()]
    return call_admin("AdminUpdateUserAttributes", UserAttributes=given)


def make_again(world: World, name: str) -> None:
    world.call_admin("AdminDeleteUser", name)
    world.make_user(name, email="other@example.com", email_verified="true")


def take_addresses(world: World, _: str) -> None:
    for number, address in enumerate(("new@example.com", "bob@example.com", "mia@example.com")):
        world.invite(f"eve{number}", email=address, email_verified="true")


def sign_up(world: World, name: str) -> None:
    world.call("SignUp", ClientId=world.client_id, Username=name, Password=PASSWORD)


def forget_devices(world: World, name: str) -> None:
    for device in world.call_admin("AdminListDevices", name)["Devices"]:
        world.call_admin("AdminForgetDevice", name, DeviceKey=device["DeviceKey"])


#: nobody may be signed in afterwards
ENDS: Final[Mapping[str, Act]] = {
    "delete the user": call_admin("AdminDeleteUser"),
    "delete the user and make another one": make_again,
    "delete the pool": lambda world, _: world.call("DeleteUserPool", UserPoolId=world.pool_id),
    "delete the client": lambda world, _: world.call(
        "DeleteUserPoolClient", UserPoolId=world.pool_id, ClientId=world.client_id
    ),
    "disable": call_admin("AdminDisableUser"),
}
#: a sign-in with the password of before must not succeed afterwards; refresh tokens stay valid
NEW_PASSWORDS: Final[Mapping[str, Act]] = {
    "set a password": call_admin("AdminSetUserPassword", Password=OTHER_PASSWORD, Permanent=True),
    "set a temporary password": call_admin("AdminSetUserPassword", Password=OTHER_PASSWORD, Permanent=False),
    "reset the password": call_admin("AdminResetUserPassword"),
}
ACTS: Final[Mapping[str, Act]] = {
    **ENDS,
    **NEW_PASSWORDS,
    "nothing": lambda world, _: world.call("ListUsers", UserPoolId=world.pool_id),
    "sign out": call_admin("AdminUserGlobalSignOut"),
    "confirm": call_admin("AdminConfirmSignUp"),
    "make the user": lambda world, name: world.make_user(name, email="x@example.com"),
    "sign the user up": sign_up,
    "change the address": set_attributes(email="z@example.com", email_verified="true"),
    "drop the address": set_attributes(email=""),
    "take addresses": take_addresses,
    "turn MFA on": lambda world, _: configure(world, "ON", EMAIL, SMS, TOTP),
    "turn MFA off": lambda world, _: configure(world, "OFF"),
    "forget devices": forget_devices,
}
