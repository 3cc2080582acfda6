"""What the triggers of a sign-in are told, and what their responses mean.

https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-challenge.html
https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-authentication.html
https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-post-authentication.html
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from authflow.emulator import _errors
from authflow.emulator._auth.step import AuthStep
from authflow.emulator._records.user import User
from authflow.emulator._triggers import output, registry


def pre_authentication(step: AuthStep, user: User) -> None:
    """Run PreAuthentication, which may refuse a sign-in as it begins. It alone sees InitiateAuth's ClientMetadata.

    Raises:
        ServiceError: the trigger refuses, or did not return an event.
    """
    _run(step, user, "PreAuthentication", {"validationData": dict(step.validation) or None})


def post_authentication(step: AuthStep, user: User, *, new_device: bool) -> None:
    """Run PostAuthentication, when all is proven and before tokens are made.

    Raises:
        ServiceError: the trigger refuses, or did not return an event.
    """
    _run(step, user, "PostAuthentication", {"newDeviceUsed": new_device})


@dataclass(frozen=True, slots=True)
class Decision:
    """What DefineAuthChallenge answers: at least one of its members is set.

    Attributes:
        challenge: the challenge to ask.
        issue: whether the custom challenges are over and were passed.
        fail: whether they are over and were not.
    """

    challenge: str | None
    issue: bool
    fail: bool


def define(step: AuthStep, user: User) -> Decision:
    """Run DefineAuthChallenge.

    Raises:
        ServiceError: there is none, it failed, or what it returned is no decision.
    """
    rounds = [finished.described() for finished in step.sign_in.rounds]
    response = _custom(step, user, "DefineAuthChallenge", {"session": rounds})
    given = {name: value for name, value in response.items() if value is not None}
    issue, fail = (output.flag(given.get(name, False)) for name in ("issueTokens", "failAuthentication"))
    challenge = output.text(given["challengeName"]) if "challengeName" in given else None
    if not (challenge or issue or fail):
        raise _errors.TRIGGER_OUTPUT()
    return Decision(challenge, issue, fail)


@dataclass(frozen=True, slots=True)
class CustomChallenge:
    """What CreateAuthChallenge answers.

    Attributes:
        public: what the client is told.
        private: what VerifyAuthChallengeResponse is told.
        metadata: what DefineAuthChallenge is told of the round afterwards.
    """

    public: Mapping[str, str]
    private: Mapping[str, str] = field(repr=False)
    metadata: str | None


def create(step: AuthStep, user: User) -> CustomChallenge:
    """Run CreateAuthChallenge.

    Raises:
        ServiceError: there is none, it failed, or what it returned is no challenge.
    """
    rounds = [finished.described() for finished in step.sign_in.rounds]
    request = {"challengeName": "CUSTOM_CHALLENGE", "session": rounds}
    response = _custom(step, user, "CreateAuthChallenge", request)
    public, private = (output.texts(response.get(f"{name}ChallengeParameters")) for name in ("public", "private"))
    metadata = response.get("challengeMetadata")
    return CustomChallenge(public, private, None if metadata is None else output.text(metadata))


def verify(step: AuthStep, user: User, private: Mapping[str, str], answer: str) -> bool:
    """Run VerifyAuthChallengeResponse: return whether an answer is right.

    Raises:
        ServiceError: there is none, it failed, or what it returned does not say so.
    """
    request = {"privateChallengeParameters": dict(private), "challengeAnswer": answer}
    response = _custom(step, user, "VerifyAuthChallengeResponse", request)
    return output.flag(response.get("answerCorrect"))


def _custom(step: AuthStep, user: User, name: str, request: Mapping[str, Any]) -> dict[str, Any]:
    response = _run(step, user, name, request)
    if response is None:
        raise _errors.NO_CUSTOM_TRIGGER()
    return response


def _run(step: AuthStep, user: User, name: str, request: Mapping[str, Any]) -> dict[str, Any] | None:
    invocation = registry.TriggerInvocation(step.service, step.client, user, step.metadata)
    return invocation.run(name, f"{name}_Authentication", request)
