"""The emulator: an in-process, in-memory Cognito user pool service that verifies every proof."""

from collections.abc import Mapping
from threading import RLock
from typing import TYPE_CHECKING, Any

from authflow.emulator import _errors
from authflow.emulator._crypto.entropy import Entropy
from authflow.emulator._operations import OPERATIONS
from authflow.emulator._outbox import Outbox
from authflow.emulator._service import Clock, Service, system_clock
from authflow.emulator._settings import Settings
from authflow.emulator._tokens import issuing
from authflow.emulator._transports.in_process import InProcessBackend
from authflow.emulator._triggers.registry import Triggers

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient


class Emulator:
    """A Cognito user pool service in this process.

    There are three doors to the same pools: ``backend()`` for authflow, ``boto3_client()`` for code that uses boto3,
    and ``running`` for everything that speaks HTTP. AWS signatures are not checked: any credentials,
    or none, are good for every operation. It has no thread of its own and may be called from any.

    Args:
        clock: returns the present time as an aware datetime; the system's clock if None. Nothing expires but by it.
        seed: makes ids, codes, passwords, Sessions and refresh tokens repeatable, for the same calls in the same
            order. The RSA keys and what is encrypted are not covered. Never seed one that strangers can reach.
        region: begins the pools' ids.
        issuer: the tokens' ``iss`` is this, a slash and the pool's id; Cognito's own address in the Region if None.
        settings: how to behave where sources disagree about the service.

    Raises:
        ValueError: the clock returns a naive time.
    """

    def __init__(
        self,
        clock: Clock | None = None,
        seed: int | str | bytes | None = None,
        region: str = "eu-west-1",
        issuer: str | None = None,
        settings: Settings | None = None,
    ) -> None:
        clock = clock or system_clock
        if clock().tzinfo is None:
            raise ValueError("clock: returns a naive time; it must say its timezone")
        issuer = issuer or f"https://cognito-idp.{region}.amazonaws.com"
        self.region = region
        self._service = Service(clock, Entropy(seed), region, issuer.rstrip("/"), settings or Settings())
        self._lock = RLock()

    @property
    def outbox(self) -> Outbox:
        """What was "sent" so far, newest last."""
        return self._service.outbox

    @property
    def triggers(self) -> Triggers:
        """Lambda triggers as Python callables, by pool."""
        return Triggers(self._service)

    def call(self, operation: str, params: Mapping[str, object]) -> dict[str, Any]:
        """Carry out an operation of the service.

        Args:
            operation: its name, such as ``InitiateAuth``.
            params: the request as JSON has it; left as it is.

        Returns:
            The reply as JSON has it, the caller's own: timestamps are seconds since 1970.

        Raises:
            ServiceError: the service refuses; nothing is changed, but that attempts count.
            EmulatorBug: the emulator did what the service model does not declare.
        """
        model = self._service.model
        if operation not in OPERATIONS:
            kind = _errors.NOT_EMULATED if operation in model else _errors.UNKNOWN_OPERATION
            raise kind(operation)
        with self._lock:
            try:
                reply = OPERATIONS[operation](self._service, model.request(operation, params))
            except _errors.ServiceError as error:
                model.check_error(operation, error)
                raise
            return model.reply(operation, reply)

    def jwks(self, pool_id: str) -> dict[str, Any]:
        """Return the JSON Web Key Set that verifies a pool's tokens.

        Raises:
            ServiceError: ResourceNotFoundException.
        """
        with self._lock:
            return issuing.keys(self._service, self._service.pool(pool_id)).jwks()

    def issuer(self, pool_id: str) -> str:
        """Return the ``iss`` of a pool's tokens.

        Raises:
            ServiceError: ResourceNotFoundException.
        """
        return self._service.issuer_of(self._service.pool(pool_id))

    def backend(self) -> InProcessBackend:
        """Return a backend for authflow's drivers: blocking, in process."""
        return InProcessBackend(self.call)

    def boto3_client(self) -> "CognitoIdentityProviderClient":
        """Return a real boto3 ``cognito-idp`` client that this emulator answers, without network or credentials."""
        from authflow.emulator._transports.boto3 import client  # noqa: PLC0415 -- boto3 is slow to import, and optional

        return client(self.call, self.region)
