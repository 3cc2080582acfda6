"""Lambda triggers as Python callables, by pool.

https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html
"""

import json
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from authflow.emulator import _errors
from authflow.emulator._records.client import UserPoolClient
from authflow.emulator._records.user import User
from authflow.emulator._service import Service

#: gets the event that the Lambda function would get, and returns it with its response filled in
LambdaTrigger: TypeAlias = Callable[[dict[str, Any]], dict[str, Any]]

#: the names that triggers have in LambdaConfig
NAMES: Final = (
    "DefineAuthChallenge",
    "CreateAuthChallenge",
    "VerifyAuthChallengeResponse",
    "PreAuthentication",
    "PostAuthentication",
    "PreTokenGeneration",
)


class Triggers(MutableMapping[str, Mapping[str, LambdaTrigger]]):
    """The triggers of each pool that has any: ``triggers[pool_id] = {"DefineAuthChallenge": define, ...}``.

    The names are LambdaConfig's. A trigger gets an event of its own and returns it, changed or made anew; the
    response counts. What it raises the client sees as UserLambdaValidationException, what it wrongly returns as
    InvalidLambdaResponseException. It runs in the thread of the call that set it off, and may call the emulator from
    there; calls from other threads wait until it returns.
    The ARNs in a pool's LambdaConfig are kept and described, and never called.
    """

    def __init__(self, service: Service) -> None:
        self._service = service

    def __setitem__(self, pool_id: str, triggers: Mapping[str, LambdaTrigger]) -> None:
        for name, trigger in triggers.items():
            if name not in NAMES:
                raise ValueError(f"{name} is not among the triggers: {', '.join(NAMES)}")
            if not callable(trigger):
                raise TypeError(f"{name} is not callable")
        self._service.pool(pool_id).triggers = dict(triggers)

    def __getitem__(self, pool_id: str) -> Mapping[str, LambdaTrigger]:
        return self._all()[pool_id]

    def __delitem__(self, pool_id: str) -> None:
        self._service.pool(pool_id).triggers = {}

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def _all(self) -> dict[str, Mapping[str, LambdaTrigger]]:
        return {pool.id: pool.triggers for pool in list(self._service.pools.values()) if pool.triggers}


@dataclass(frozen=True, slots=True)
class TriggerInvocation:
    """What the events that one request sets off are about.

    Attributes:
        client: through which the user signs in.
        user: a decoy perhaps.
        metadata: the ClientMetadata that triggers may see.
    """

    service: Service = field(repr=False)
    client: UserPoolClient
    user: User
    metadata: Mapping[str, str] = field(repr=False)

    def run(self, name: str, source: str, request: Mapping[str, Any]) -> dict[str, Any] | None:
        """Run the pool's trigger of this name.

        Args:
            name: the trigger's.
            source: the event's ``triggerSource``.
            request: the event's ``request`` beside what all of them have.

        Returns:
            The event's ``response`` as JSON has it, None where the pool has no such trigger.

        Raises:
            ServiceError: UserLambdaValidationException: it raised.
                InvalidLambdaResponseException: it returned no event.
        """
        pool = self.client.pool
        trigger: LambdaTrigger | None = pool.triggers.get(name)
        if trigger is None:
            return None
        event = {
            "version": "1",
            "triggerSource": source,
            "region": self.service.region,
            "userPoolId": pool.id,
            "userName": self.user.username,
            "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": self.client.id},
            "request": {"userAttributes": self._attributes(), **request, **self._optional()},
            "response": {},
        }
        return _response(_called(name, trigger, _copied(event)))

    def _attributes(self) -> dict[str, str]:
        user = self.user
        return {**user.described(), "cognito:user_status": user.status} if self.client.pool.has(user) else {}

    def _optional(self) -> dict[str, Any]:
        """Return the members that are there only if there is something to say.

        userNotFound is there for clients with PreventUserExistenceErrors.
        """
        hiding = {"userNotFound": not self.client.pool.has(self.user)} if self.client.hides_users else {}
        return {**hiding, "clientMetadata": dict(self.metadata)} if self.metadata else hiding


def _called(name: str, trigger: LambdaTrigger, event: dict[str, Any]) -> object:
    try:
        return trigger(event)
    except _errors.EmulatorBug:
        raise
    except Exception as error:
        raise _errors.TRIGGER_FAILED(name, error) from error


def _response(returned: object) -> dict[str, Any]:
    response = returned.get("response") if isinstance(returned, Mapping) else None
    if not isinstance(response, Mapping):
        raise _errors.TRIGGER_OUTPUT()
    try:
        return _copied(response)
    except (TypeError, ValueError):
        raise _errors.TRIGGER_OUTPUT() from None


def _copied(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return a value as it arrives where JSON has carried it: neither side shares anything with the other."""
    copy: dict[str, Any] = json.loads(json.dumps(value))
    return copy
