"""What the HTTP server uses of an emulator."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeAlias

from authflow.emulator._control.clock import MovableClock
from authflow.emulator._control.faults import Faults
from authflow.emulator._control.overview import Overview
from authflow.emulator._control.seeding import SeededClient
from authflow.emulator._outbox import Outbox
from authflow.emulator._settings import Settings


class LambdaTriggers(Protocol):
    """What the server uses of the Lambda triggers."""

    @property
    def may_run(self) -> bool:
        """Whether an operation may have to wait for one."""


class ServedEmulator(Protocol):
    """What the server uses of an ``Emulator``."""

    @property
    def settings(self) -> Settings:
        """How it behaves."""

    @settings.setter
    def settings(self, settings: Settings) -> None: ...

    @property
    def clock(self) -> MovableClock:
        """Its clock."""

    @property
    def faults(self) -> Faults:
        """The faults that are switched on."""

    @property
    def outbox(self) -> Outbox:
        """The messages that the emulator would have sent."""

    @property
    def overview(self) -> Overview:
        """What is in it."""

    @property
    def triggers(self) -> LambdaTriggers:
        """The Lambda triggers."""

    def call(self, operation: str, params: Mapping[str, object]) -> dict[str, Any]:
        """Call an operation of the Cognito API."""

    def jwks(self, pool_id: str) -> dict[str, Any]:
        """Return the JSON Web Key Set of a pool."""

    def issuer(self, pool_id: str) -> str:
        """Return the ``iss`` of a pool's tokens."""

    def upload(self, url: str, file: bytes) -> None:
        """Upload the CSV file of a user import job."""

    def set_address(self, url: str) -> None:
        """Set the URL at which clients reach the emulator."""

    def load(self, document: object) -> list[SeededClient]:
        """Create pools, app clients and users."""

    def reset(self) -> None:
        """Begin again."""

    def dump_state(self) -> dict[str, Any]:
        """Return everything that is stored, as one JSON document."""

    def load_state(self, document: object) -> None:
        """Replace everything that is stored."""

    def close(self) -> None:
        """Close the file of the state."""

    @property
    def failure(self) -> Exception | None:
        """Why the state can't be kept any more; None as long as it can."""

    def at_failure(self, action: Callable[[], None]) -> None:
        """Do something once if the state can't be kept any more."""


EmulatorFactory: TypeAlias = Callable[[str], ServedEmulator]
