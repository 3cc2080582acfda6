"""Lambda triggers: the functions that serve them, and the events that these get.

https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html
"""

import json
from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any, Final

from authflow._extras import explain_missing
from authflow.emulator import _errors
from authflow.emulator._records.client import NoClient, UserPoolClient
from authflow.emulator._records.functions import Functions, LambdaTrigger
from authflow.emulator._records.pool import UserPool
from authflow.emulator._records.user import User
from authflow.emulator._service import Service
from authflow.emulator._triggers.failures import InvocationError, OutputError

__all__ = ["TRIGGER_NAMES", "LambdaTrigger", "TriggerInvocation", "Triggers"]

#: names of Lambda triggers, as in LambdaConfig
TRIGGER_NAMES: Final = (
    "DefineAuthChallenge",
    "CreateAuthChallenge",
    "VerifyAuthChallengeResponse",
    "PreAuthentication",
    "PostAuthentication",
    "PreTokenGeneration",
    "PreSignUp",
    "PostConfirmation",
    "UserMigration",
    "CustomMessage",
    "CustomEmailSender",
    "CustomSMSSender",
)
#: how often a function is called that does not answer
#: https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html
ATTEMPTS: Final = 3
#: the Lambda triggers whose events tell whether the user exists, for clients that hide it from others
TOLD_OF_UNKNOWN_USERS: Final = frozenset(
    {
        "DefineAuthChallenge",
        "CreateAuthChallenge",
        "VerifyAuthChallengeResponse",
        "PreAuthentication",
        "PostAuthentication",
        "PreTokenGeneration",
    }
)


def check_triggers(triggers: Mapping[str, LambdaTrigger]) -> None:
    """Require that a mapping has names of Lambda triggers, and callables.

    Raises:
        ValueError: a name is not the name of a Lambda trigger.
        TypeError: a Lambda trigger is not callable.
    """
    for name, trigger in triggers.items():
        if name not in TRIGGER_NAMES:
            raise ValueError(f"{name} is no Lambda trigger; known names: {', '.join(TRIGGER_NAMES)}")
        if not callable(trigger):
            raise TypeError(f"{name} is not callable")


def make_functions(
    by_arn: Mapping[str, LambdaTrigger | str], default: Mapping[str, LambdaTrigger] | LambdaTrigger
) -> Functions:
    """Return the Lambda functions of an emulator.

    Args:
        by_arn: callables and URLs, by ARN.
        default: the Lambda triggers of all pools, or the function for all that a LambdaConfig names.

    Raises:
        ValueError: a name is not the name of a Lambda trigger, or a URL is none.
        TypeError: a Lambda trigger is not callable.
    """
    found = {arn: _make_function(arn, function) for arn, function in by_arn.items()}
    if isinstance(default, Mapping):
        check_triggers(default)
        return Functions(found, dict(default))
    if not callable(default):
        raise TypeError("the default Lambda triggers are neither a mapping nor callable")
    return Functions(found, handler=default)


def _make_function(arn: str, function: LambdaTrigger | str) -> LambdaTrigger:
    if isinstance(function, str):
        with explain_missing("Emulator(functions=...)"):
            from authflow.emulator._triggers.http_functions import HttpFunction  # noqa: PLC0415 -- slow to import

        return HttpFunction(function)
    if not callable(function):
        raise TypeError(f"the function {arn} is not callable")
    return function


class Triggers(MutableMapping[str, Mapping[str, LambdaTrigger]]):
    """The Lambda triggers of each pool: ``triggers[pool_id] = {"DefineAuthChallenge": define, ...}``.

    The names are those of LambdaConfig. A Lambda trigger gets its own copy of the event and returns the event, or a
    new one; only ``response`` is read. If it raises, the client gets UserLambdaValidationException; if it returns
    something invalid, the client gets InvalidLambdaResponseException. It runs in the thread of the call that caused
    it, and may call the emulator, also over HTTP: while it runs, other calls are answered.
    What it does in between is seen by the operation that waits for it, and what others do meanwhile.

    A pool's own Lambda triggers come before those that an ``Emulator`` has for all pools. An ARN in LambdaConfig for
    which there is no function is stored and described.

    Raises:
        ValueError: an assigned name is not the name of a Lambda trigger.
        TypeError: an assigned Lambda trigger is not callable.
    """

    def __init__(self, service: Service) -> None:
        self._service = service

    def __setitem__(self, pool_id: str, triggers: Mapping[str, LambdaTrigger]) -> None:
        check_triggers(triggers)
        self._service.get_pool(pool_id).triggers = dict(triggers)

    def __getitem__(self, pool_id: str) -> Mapping[str, LambdaTrigger]:
        return self._collect()[pool_id]

    def __delitem__(self, pool_id: str) -> None:
        self._service.get_pool(pool_id).triggers = {}

    def __iter__(self) -> Iterator[str]:
        return iter(self._collect())

    def __len__(self) -> int:
        return len(self._collect())

    @property
    def may_run(self) -> bool:
        """Whether an operation may have to wait for a Lambda trigger."""
        return bool(self._service.functions) or len(self) > 0

    def _collect(self) -> dict[str, Mapping[str, LambdaTrigger]]:
        return {pool.id: pool.triggers for _, pool in self._service.pools.read_all() if pool.triggers}


def find_trigger(service: Service, pool: UserPool, name: str) -> LambdaTrigger | None:
    """Return the function that serves a pool's Lambda trigger, None if there is none."""
    return pool.triggers.get(name) or service.functions.find(name, pool.find_arn(name))


@dataclass(frozen=True, slots=True)
class TriggerInvocation:
    """The part that all events of one request have in common.

    Attributes:
        client: the app client of the request, or what stands for it.
        user: the user, perhaps a decoy user, or one who is not in the pool yet.
        metadata: the ClientMetadata that Lambda triggers get.
        gone: the error if the user is deleted while a Lambda trigger runs.
        attributes: the attributes in the events; None for those that the user has.
    """

    service: Service = field(repr=False)
    client: UserPoolClient | NoClient
    user: User
    metadata: Mapping[str, str] = field(default_factory=dict, repr=False)
    gone: _errors.ErrorTemplate = _errors.NO_USER
    attributes: Mapping[str, str] | None = field(default=None, repr=False)

    def has(self, name: str) -> bool:
        """Return whether the pool has the Lambda trigger with this name."""
        return find_trigger(self.service, self.client.pool, name) is not None

    def run(
        self,
        name: str,
        source: str,
        request: Mapping[str, Any],
        *,
        response: Mapping[str, Any] | None = None,
        version: str = "1",
    ) -> dict[str, Any] | None:
        """Run the pool's Lambda trigger of this name. Check again afterwards what was read before.

        Args:
            name: the name of the Lambda trigger.
            source: the event's ``triggerSource``.
            request: the members of the event's ``request`` that are specific to this Lambda trigger. It may have
                its own ``userAttributes``.
            response: the event's ``response``.
            version: the event's ``version``.

        Returns:
            The event's ``response`` as JSON values; None if the pool has no such Lambda trigger.

        Raises:
            ServiceError: UserLambdaValidationException if the Lambda trigger raised; InvalidLambdaResponseException if
                it returned no event; UnexpectedLambdaException if it could not be invoked;
                ResourceNotFoundException or UserNotFoundException if pool, app client or user were deleted meanwhile.
        """
        pool = self.client.pool
        trigger = find_trigger(self.service, pool, name)
        if trigger is None:
            return None
        event = self.make_event(name, source, request, response=response, version=version)
        existed = pool.users.has(self.user)
        with self.service.unlocked():  # other requests, and those of the Lambda trigger itself, need not wait
            answer = _read_response(_call(name, trigger, event))
        self._require_same_world(existed=existed)
        return answer

    def make_event(
        self,
        name: str,
        source: str,
        request: Mapping[str, Any],
        *,
        response: Mapping[str, Any] | None = None,
        version: str = "1",
    ) -> dict[str, Any]:
        """Return an event. It shares no object with the service."""
        pool = self.client.pool
        return _copy_as_json(
            {
                "version": version,
                "triggerSource": source,
                "region": self.service.region,
                "userPoolId": pool.id,
                "userName": self.user.username,
                "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": self.client.id},
                "request": {"userAttributes": self._describe_user(), **request, **self._make_optional_members(name)},
                "response": response or {},
            }
        )

    def _require_same_world(self, *, existed: bool) -> None:
        """Require that pool, app client and user were not deleted meanwhile."""
        pool = self.service.get_pool(self.client.pool.id)
        if isinstance(self.client, UserPoolClient):
            self.service.get_client(self.client.id, pool.id)
        if existed and not pool.users.has(self.user):
            raise self.gone()

    def _describe_user(self) -> dict[str, str]:
        user = self.user
        if not self.client.pool.users.has(user):
            return {}
        fixed = {name: value for name, value in user.get_all_attributes().items() if name not in user.attributes}
        held = user.attributes if self.attributes is None else self.attributes
        return {**held, **fixed, "cognito:user_status": user.status}

    def _make_optional_members(self, name: str) -> dict[str, Any]:
        """Return clientMetadata if there is any, and userNotFound for clients with PreventUserExistenceErrors."""
        told = self.client.has_hidden_users and name in TOLD_OF_UNKNOWN_USERS
        unknown = {"userNotFound": not self.client.pool.users.has(self.user)} if told else {}
        return {**unknown, "clientMetadata": dict(self.metadata)} if self.metadata else unknown


def _call(name: str, trigger: LambdaTrigger, event: dict[str, Any], attempts: int = ATTEMPTS) -> object:
    try:
        return trigger(_copy_as_json(event))
    except _errors.EmulatorBug:
        raise
    except InvocationError as error:
        if error.is_retried and attempts > 1:
            return _call(name, trigger, event, attempts - 1)
        raise _errors.TRIGGER_NOT_INVOKED(name, error) from error
    except OutputError as error:
        raise _errors.TRIGGER_NO_JSON() from error
    except Exception as error:
        raise _errors.TRIGGER_FAILED(name, error) from error


def _read_response(returned: object) -> dict[str, Any]:
    if not isinstance(returned, Mapping):
        raise _errors.TRIGGER_NO_JSON()
    response = returned.get("response")
    if not isinstance(response, Mapping):
        raise _errors.TRIGGER_OUTPUT()
    try:
        return _copy_as_json(response)
    except (TypeError, ValueError, RecursionError):
        raise _errors.TRIGGER_OUTPUT() from None


def _copy_as_json(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy that has gone through JSON, so that caller and Lambda trigger share no object.

    Raises:
        TypeError, ValueError, RecursionError: JSON or UTF-8 can't express the value.
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    copy: dict[str, Any] = json.loads(text)
    return copy
