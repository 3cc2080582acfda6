"""The emulator of Cognito user pools: its public interface."""

import os
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from authflow._extras import explain_missing
from authflow.emulator import _errors
from authflow.emulator._control.clock import MovableClock
from authflow.emulator._control.faults import Faults
from authflow.emulator._control.overview import Overview
from authflow.emulator._control.seeding import SeededClient, Seeding, parse
from authflow.emulator._crypto.entropy import Entropy
from authflow.emulator._operations import OPERATIONS, import_jobs
from authflow.emulator._outbox import Outbox
from authflow.emulator._records.functions import LambdaTrigger
from authflow.emulator._service import Clock, Service, system_clock
from authflow.emulator._settings import Settings
from authflow.emulator._tokens import issuing
from authflow.emulator._transports.in_process import InProcessBackend
from authflow.emulator._triggers.registry import Triggers, make_functions

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

    from authflow.emulator._control.state.errors import StateError
    from authflow.emulator._control.state.keeper import FileKeeper

IN_MEMORY: Final = nullcontext()


class Emulator:
    """An emulator of the Cognito user pools service.

    It keeps its data in memory, and with ``state`` in a file too. It verifies passwords, codes and SRP proofs as
    Cognito does. You can reach the same pools in three ways: ``backend()`` for authflow, ``boto3_client()`` for code
    that uses boto3, and ``running`` for HTTP clients. It does not check AWS signatures: every operation accepts any
    credentials, or none. It starts no threads, and you can call it from any thread.

    Args:
        clock: returns the current time as an aware datetime; None for the system clock. All expiry depends on it.
        seed: makes ids, codes, passwords, Sessions and refresh tokens repeatable, if the same calls are made in the
            same order. RSA keys and encrypted texts still differ. Secrets of a seeded emulator are predictable: never
            expose one to a network.
        region: the prefix of the pools' ids.
        issuer: the prefix of the tokens' ``iss``, which is followed by a slash and the pool's id; None for Cognito's
            URL in the Region.
        settings: how to behave where sources disagree about Cognito's behaviour.
        functions: Lambda functions, by the ARNs that a pool's LambdaConfig has for them: callables like those in
            ``triggers``, or the URL of a server that gets the event as JSON by POST and answers it.
        state: a file in which everything is kept, so that another process can go on. It is created if there is none.
            Lambda triggers, settings and faults are not kept.
        default_triggers: the Lambda triggers of all pools, by name; or one callable for all those that a pool's
            LambdaConfig names. A pool's ``triggers`` and the ``functions`` come first.

    Attributes:
        region: the prefix of the pools' ids.
        clock: its clock, which can be moved and stopped.
        faults: the faults that are switched on.

    Raises:
        ValueError: the clock returns a naive datetime, a name is not the name of a Lambda trigger, or a URL is none.
        TypeError: a Lambda trigger is not callable.
        StateError: the file can't be opened, is no state, is too old or too new, or is in use.
    """

    def __init__(
        self,
        clock: Clock | None = None,
        seed: int | str | bytes | None = None,
        region: str = "eu-west-1",
        issuer: str | None = None,
        settings: Settings | None = None,
        *,
        functions: Mapping[str, LambdaTrigger | str] | None = None,
        default_triggers: Mapping[str, LambdaTrigger] | LambdaTrigger | None = None,
        state: str | os.PathLike[str] | None = None,
    ) -> None:
        clock = clock or system_clock
        if clock().tzinfo is None:
            raise ValueError("clock: must return an aware datetime, with a timezone")
        issuer = issuer or f"https://cognito-idp.{region}.amazonaws.com"
        self.region = region
        self.clock: MovableClock = MovableClock(clock)
        self.faults: Faults = Faults()
        self._settings = settings or Settings()
        self._functions = make_functions(functions or {}, default_triggers or {})
        self._starts: list[Callable[[], object]] = []
        self._entropy = Entropy(seed)
        self._make_service = partial(Service, self.clock, self._entropy, region, issuer.rstrip("/"))
        self._service = self._make_service(self._settings)
        self._service.functions = self._functions
        self._keeper: FileKeeper | None = None
        if state is not None:
            from authflow.emulator._control.state.kinds import World  # noqa: PLC0415 -- needed by few
            from authflow.emulator._control.state.opening import open_state  # noqa: PLC0415 -- the same

            self._keeper = open_state(state, World(self._service, self.clock))
        #: whether the state was read from the file
        self.is_restored: bool = self._keeper is not None and not self._keeper.is_new

    @property
    def settings(self) -> Settings:
        """How it behaves where sources disagree. Assign others to change it from the next operation on."""
        return self._service.settings

    @settings.setter
    def settings(self, settings: Settings) -> None:
        self._service.settings = settings

    @property
    def outbox(self) -> Outbox:
        """The messages that the emulator would have sent, newest last."""
        return self._service.outbox

    @property
    def triggers(self) -> Triggers:
        """The Lambda triggers of each pool, as Python callables."""
        return Triggers(self._service)

    @property
    def overview(self) -> Overview:
        """What is in it: pools, users, and sign-ins that are under way, as JSON values."""
        return Overview(self._service)

    def call(self, operation: str, params: Mapping[str, object]) -> dict[str, Any]:
        """Call an operation of the Cognito API.

        Args:
            operation: the operation's name, such as ``InitiateAuth``.
            params: the request, as JSON values. It is not modified.

        Returns:
            The reply, as JSON values: timestamps are seconds since 1970. You may modify it.

        Raises:
            ServiceError: the service refuses the request. Failed attempts are counted; nothing else changes.
            ReplyLost: a fault says that the reply gets lost; the operation was carried out.
            EmulatorBug: the emulator failed, or made a reply or an error that the service model does not declare.
        """
        model = self._service.model
        if operation not in OPERATIONS:
            error = _errors.NOT_EMULATED if operation in model else _errors.UNKNOWN_OPERATION
            raise error(operation)
        if self.faults and self.faults.apply(operation):
            self._carry_out(operation, params)
            raise _errors.ReplyLost("the reply gets lost, as a fault says")
        return self._carry_out(operation, params)

    def _carry_out(self, operation: str, params: Mapping[str, object]) -> dict[str, Any]:
        service, keeper = self._service, self._keeper  # a reset replaces the service
        with service.deferred.made_afterwards(), service.lock if keeper is None else keeper.unit(service):
            try:
                reply = OPERATIONS[operation](service, service.model.check_request(operation, params))
                return service.model.check_reply(operation, reply)
            except _errors.ServiceError as error:
                service.model.check_error(operation, error)
                raise
            except (_errors.EmulatorBug, ModuleNotFoundError):  # the latter names the extra that installs it
                raise
            except Exception as error:  # in a Lambda trigger it would count as the trigger's error
                raise _errors.EmulatorBug(f"{operation} failed with {type(error).__name__}") from error

    def at_start(self, action: Callable[[], object]) -> None:
        """Do something now and after each reset, such as loading pools and users.

        If the state was read from a file, it is done after a reset only.

        Raises:
            StateError: the state can't be written to its file.
        """
        self._starts.append(action)
        if not self.is_restored:
            try:
                with self._service.lock, self._whole():
                    action()
            except _errors.ServiceError:
                if self.failure is not None:
                    raise self.failure from None
                raise

    def list_clients(self) -> list[SeededClient]:
        """Return all app clients, in the order in which they were made."""
        with self._service.lock:
            return [SeededClient.of(client) for client in list(self._service.clients.values())]

    def load(self, document: object) -> list[SeededClient]:
        """Create the pools, app clients and users of a seed document, all or none, and return its app clients.

        Args:
            document: as in a seed file: JSON values, or a JSON text.

        Raises:
            SeedError: the document has another form, or a part of it is refused. The text says where and why.
        """
        content = parse(document) if isinstance(document, str) else document
        with self._unit():
            return Seeding(self._service, self._carry_out).load(content)

    def reset(self) -> None:
        """Begin again: without pools, messages and faults, with the clock and the settings of the beginning.

        What was passed to ``at_start`` is done again. Operations in progress end in the old state.
        """
        with self._service.lock, self._whole():
            self.faults.clear()
            self.outbox.clear()
            self.clock.reset()
            self._replace_service(self._make_service(self._settings))
            for action in self._starts:
                action()

    def dump_state(self) -> dict[str, Any]:
        """Return everything that the emulator has stored, as one JSON document with a version.

        It contains passwords' hashes, codes and private keys. ``load_state`` takes it, also in another emulator.
        """
        from authflow.emulator._control.state.document import dump  # noqa: PLC0415 -- needed by few
        from authflow.emulator._control.state.kinds import World  # noqa: PLC0415 -- the same

        with self._service.lock:
            return dump(World(self._service, self.clock))

    def load_state(self, document: object) -> None:
        """Replace everything that is stored by the state in a document.

        Settings, faults and Lambda triggers stay. Operations in progress end in the old state.

        Args:
            document: what ``dump_state`` has returned.

        Raises:
            StateError: it is no state, or too old or too new. Nothing has changed.
        """
        from authflow.emulator._control.state.document import read  # noqa: PLC0415 -- needed by few
        from authflow.emulator._control.state.opening import make_world  # noqa: PLC0415 -- the same

        records = read(document)
        with self._service.lock:
            world = make_world(partial(self._make_service, self.settings), self._entropy, records)
            with self._whole():
                self.clock.restore(*world.clock.save())
                self.outbox.replace(world.service.outbox)
                self._replace_service(world.service)

    def close(self) -> None:
        """Close the file of the state, if there is one. Make no calls after this."""
        if self._keeper is not None:
            with self._service.lock:
                self._keeper.close()

    @property
    def failure(self) -> "StateError | None":
        """Why the state can't be kept any more: all calls are refused since then. None as long as it can."""
        return self._keeper.failure if self._keeper else None

    def at_failure(self, action: Callable[[], None]) -> None:
        """Do something once if the state can't be kept any more, such as stopping the process."""
        if self._keeper is not None:
            self._keeper.on_failure = action

    def _replace_service(self, service: Service) -> None:
        old = self._service
        service.functions, service.address, service.outbox = self._functions, old.address, old.outbox
        service.lock = old.lock
        self._service = service
        if self._keeper is not None:
            self._keeper.replace_service(service)

    def _unit(self) -> AbstractContextManager[Any]:
        """Hold the lock, and write at the end what has changed if there is a file."""
        return self._keeper.unit(self._service) if self._keeper else self._service.lock

    def _whole(self) -> AbstractContextManager[None]:
        return self._keeper.whole() if self._keeper else IN_MEMORY

    def jwks(self, pool_id: str) -> dict[str, Any]:
        """Return the JSON Web Key Set that verifies a pool's tokens.

        Raises:
            ServiceError: ResourceNotFoundException: there is no such pool.
        """
        with self._unit():
            return issuing.get_pool_keys(self._service, self._service.get_pool(pool_id)).jwks()

    def issuer(self, pool_id: str) -> str:
        """Return the ``iss`` of a pool's tokens.

        Raises:
            ServiceError: ResourceNotFoundException: there is no such pool.
        """
        return self._service.issuer_of(self._service.get_pool(pool_id))

    def upload(self, url: str, file: bytes) -> None:
        """Upload the CSV file of a user import job, as a PUT request to the job's PreSignedUrl does over HTTP.

        Args:
            url: the job's PreSignedUrl.
            file: the CSV file, in UTF-8.

        Raises:
            UploadRefused: there is no such URL, it has expired, the job was started, or the file is too large.
        """
        with self._unit():
            import_jobs.upload(self._service, url, file)

    def set_address(self, url: str) -> None:
        """Set the URL at which clients reach the emulator: it becomes part of the URLs that replies contain."""
        self._service.address = url

    def backend(self) -> InProcessBackend:
        """Return a blocking backend for authflow's drivers. It calls this emulator in the caller's thread."""
        return InProcessBackend(self.call)

    def boto3_client(self) -> "CognitoIdentityProviderClient":
        """Return a boto3 ``cognito-idp`` client of this emulator. It needs no network and no credentials."""
        with explain_missing("Emulator.boto3_client"):
            from authflow.emulator._transports.boto3 import make_client  # noqa: PLC0415 -- slow to import, and optional

        return make_client(self.call, self.region)
