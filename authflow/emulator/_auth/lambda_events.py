"""Lambda triggers of a sign-in: their events and the meaning of their responses.

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


def run_pre_authentication(step: AuthStep, user: User) -> None:
    """Run PreAuthentication, which may refuse the sign-in. Only this Lambda trigger gets InitiateAuth's ClientMetadata.

    Raises:
        ServiceError: the Lambda trigger refused, or did not return an event.
    """
    _run(step, user, "PreAuthentication", {"validationData": dict(step.validation) or None})


def run_post_authentication(step: AuthStep, user: User, *, new_device: bool) -> None:
    """Run PostAuthentication, after the last challenge and before tokens are issued.

    Raises:
        ServiceError: the Lambda trigger refused, or did not return an event.
    """
    _run(step, user, "PostAuthentication", {"newDeviceUsed": new_device})


@dataclass(frozen=True, slots=True)
class Decision:
    """The response of DefineAuthChallenge. At least one of its members is set.

    Attributes:
        challenge: the name of the next challenge.
        issue_tokens: whether the user has passed the custom challenges.
        fail_authentication: whether the sign-in has failed.
    """

    challenge: str | None
    issue_tokens: bool
    fail_authentication: bool


def run_define_auth_challenge(step: AuthStep, user: User) -> Decision:
    """Run DefineAuthChallenge.

    Raises:
        ServiceError: the pool has no such Lambda trigger, it failed, or it returned no decision.
    """
    rounds = [finished.describe() for finished in step.sign_in.rounds]
    response = _run_required(step, user, "DefineAuthChallenge", {"session": rounds})
    given = {name: value for name, value in response.items() if value is not None}
    issue, fail = (output.require_bool(given.get(name, False)) for name in ("issueTokens", "failAuthentication"))
    challenge = output.require_string(given["challengeName"]) if "challengeName" in given else None
    if not (challenge or issue or fail):
        raise _errors.TRIGGER_OUTPUT()
    return Decision(challenge, issue, fail)


@dataclass(frozen=True, slots=True)
class CustomChallenge:
    """The response of CreateAuthChallenge.

    Attributes:
        public: the challenge parameters for the client.
        private: the parameters for VerifyAuthChallengeResponse.
        metadata: the ``challengeMetadata`` of this round in later events.
    """

    public: Mapping[str, str]
    private: Mapping[str, str] = field(repr=False)
    metadata: str | None


def run_create_auth_challenge(step: AuthStep, user: User) -> CustomChallenge:
    """Run CreateAuthChallenge. Its response may leave out the public parameters, but has a private one at least.

    Raises:
        ServiceError: the pool has no such Lambda trigger, it failed, or it returned no challenge.
    """
    rounds = [finished.describe() for finished in step.sign_in.rounds]
    request = {"challengeName": "CUSTOM_CHALLENGE", "session": rounds}
    response = _run_required(step, user, "CreateAuthChallenge", request)
    public, private = (
        {} if given is None else output.require_string_map(given)
        for given in (response.get(f"{name}ChallengeParameters") for name in ("public", "private"))
    )
    if not private:
        raise _errors.WRONG_PASSWORD() if step.client.has_hidden_users else _errors.TRIGGER_OUTPUT()
    metadata = response.get("challengeMetadata")
    return CustomChallenge(public, private, None if metadata is None else output.require_string(metadata))


def run_verify_auth_challenge(step: AuthStep, user: User, private: Mapping[str, str], answer: str) -> bool:
    """Run VerifyAuthChallengeResponse and return whether the answer is right.

    Raises:
        ServiceError: the pool has no such Lambda trigger, it failed, or it returned no result.
    """
    request = {"privateChallengeParameters": dict(private), "challengeAnswer": answer}
    source = step.service.settings.verify_trigger_source
    response = _run_required(step, user, "VerifyAuthChallengeResponse", request, source)
    return output.require_bool(response.get("answerCorrect"))


def _run_required(
    step: AuthStep, user: User, name: str, request: Mapping[str, Any], source: str | None = None
) -> dict[str, Any]:
    response = _run(step, user, name, request, source)
    if response is None:
        raise _errors.NO_CUSTOM_TRIGGER()
    return response


def _run(
    step: AuthStep, user: User, name: str, request: Mapping[str, Any], source: str | None = None
) -> dict[str, Any] | None:
    invocation = registry.TriggerInvocation(step.service, step.client, user, step.metadata)
    return invocation.run(name, source or f"{name}_Authentication", request)
