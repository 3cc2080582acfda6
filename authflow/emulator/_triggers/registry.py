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

#: takes the event that the Lambda function would get, and returns the event with its ``response`` filled in
LambdaTrigger: TypeAlias = Callable[[dict[str, Any]], dict[str, Any]]

#: names of Lambda triggers, as in LambdaConfig
TRIGGER_NAMES: Final = (
    "DefineAuthChallenge",
    "CreateAuthChallenge",
    "VerifyAuthChallengeResponse",
    "PreAuthentication",
    "PostAuthentication",
    "PreTokenGeneration",
)


class Triggers(MutableMapping[str, Mapping[str, LambdaTrigger]]):
    """The Lambda triggers of each pool: ``triggers[pool_id] = {"DefineAuthChallenge": define, ...}``.

    The names are those of LambdaConfig. A Lambda trigger gets its own copy of the event and returns the event, or a
    new one; only ``response`` is read. If it raises, the client gets UserLambdaValidationException; if it returns
    something invalid, the client gets InvalidLambdaResponseException. It runs in the thread of the call that caused
    it, and may call the emulator, also over HTTP: while it runs, other calls are answered.
    The emulator stores and describes the ARNs in a pool's LambdaConfig, but never calls them.

    Raises:
        ValueError: an assigned name is not the name of a Lambda trigger.
        TypeError: an assigned Lambda trigger is not callable.
    """

    def __init__(self, service: Service) -> None:
        self._service = service

    def __setitem__(self, pool_id: str, triggers: Mapping[str, LambdaTrigger]) -> None:
        for name, trigger in triggers.items():
            if name not in TRIGGER_NAMES:
                raise ValueError(f"{name} is no Lambda trigger; known names: {', '.join(TRIGGER_NAMES)}")
            if not callable(trigger):
                raise TypeError(f"{name} is not callable")
        self._service.get_pool(pool_id).triggers = dict(triggers)

    def __getitem__(self, pool_id: str) -> Mapping[str, LambdaTrigger]:
        return self._collect()[pool_id]

    def __delitem__(self, pool_id: str) -> None:
        self._service.get_pool(pool_id).triggers = {}

    def __iter__(self) -> Iterator[str]:
        return iter(self._collect())

    def __len__(self) -> int:
        return len(self._collect())

    def _collect(self) -> dict[str, Mapping[str, LambdaTrigger]]:
        return {pool.id: pool.triggers for pool in list(self._service.pools.values()) if pool.triggers}


@dataclass(frozen=True, slots=True)
class TriggerInvocation:
    """The part that all events of one request have in common.

    Attributes:
        client: the app client of the request.
        user: the user, perhaps a decoy user.
        metadata: the ClientMetadata that Lambda triggers get.
    """

    service: Service = field(repr=False)
    client: UserPoolClient
    user: User
    metadata: Mapping[str, str] = field(repr=False)

    def run(self, name: str, source: str, request: Mapping[str, Any]) -> dict[str, Any] | None:
        """Run the pool's Lambda trigger of this name.

        Args:
            name: the name of the Lambda trigger.
            source: the event's ``triggerSource``.
            request: the members of the event's ``request`` that are specific to this Lambda trigger.

        Returns:
            The event's ``response`` as JSON values; None if the pool has no such Lambda trigger.

        Raises:
            ServiceError: UserLambdaValidationException if the Lambda trigger raised; InvalidLambdaResponseException if
                it returned no event.
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
            "request": {"userAttributes": self._describe_user(), **request, **self._make_optional_members()},
            "response": {},
        }
        existed = pool.users.has(self.user)
        with self.service.unlocked():  # other requests, and those of the Lambda trigger itself, need not wait
            response = _read_response(_call(name, trigger, _copy_as_json(event)))
        self._require_same_world(existed=existed)
        return response

    def _require_same_world(self, *, existed: bool) -> None:
        """Require that pool, app client and user were not deleted meanwhile."""
        self.service.get_client(self.client.id, self.client.pool.id)
        if existed and not self.client.pool.users.has(self.user):
            raise _errors.NO_USER()

    def _describe_user(self) -> dict[str, str]:
        user, exists = self.user, self.client.pool.users.has(self.user)
        return {**user.get_all_attributes(), "cognito:user_status": user.status} if exists else {}

    def _make_optional_members(self) -> dict[str, Any]:
        """Return clientMetadata if there is any, and userNotFound for clients with PreventUserExistenceErrors."""
        hiding = {"userNotFound": not self.client.pool.users.has(self.user)} if self.client.has_hidden_users else {}
        return {**hiding, "clientMetadata": dict(self.metadata)} if self.metadata else hiding


def _call(name: str, trigger: LambdaTrigger, event: dict[str, Any]) -> object:
    try:
        return trigger(event)
    except _errors.EmulatorBug:
        raise
    except Exception as error:
        raise _errors.TRIGGER_FAILED(name, error) from error


def _read_response(returned: object) -> dict[str, Any]:
    response = returned.get("response") if isinstance(returned, Mapping) else None
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
