"""The state of a sign-in, which is kept between its steps in a Session or a SECRET_BLOCK."""

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from typing import Any, Final, TypeVar

Name = TypeVar("Name", bound=str)

#: the AuthFlows in which devices can be used
#: https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-device-tracking.html
DEVICE_FLOWS: Final = frozenset(
    {"USER_SRP_AUTH", "USER_PASSWORD_AUTH", "ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH", "CUSTOM_AUTH"}
)


class Proof(StrEnum):
    """What the user can prove in a sign-in."""

    PASSWORD = "password"
    CODE = "code"
    PASSKEY = "passkey"
    NEW_PASSWORD = "new_password"
    SECOND_FACTOR = "second_factor"
    CUSTOM = "custom"
    DEVICE = "device"


@cache
def _add(names: frozenset[Name], name: Name | None) -> frozenset[Name]:
    """Return a set with one name more. There are few combinations, and all sign-ins share them."""
    return names | {name} if name is not None else names


@dataclass(frozen=True, slots=True)
class CustomRound:
    """A completed step of CUSTOM_AUTH, as Lambda triggers see it.

    Attributes:
        challenge: the name of the challenge. ``SRP_A`` stands for the start of a sign-in with a password.
        result: whether the answer was correct.
        metadata: CreateAuthChallenge's challengeMetadata.
    """

    challenge: str
    result: bool
    metadata: str | None = None

    def describe(self) -> dict[str, Any]:
        """Return the round as an entry of ``session`` in a Lambda trigger's event."""
        return {
            "challengeName": self.challenge,
            "challengeResult": self.result,
            "challengeMetadata": self.metadata,
        }


@dataclass(frozen=True, slots=True)
class SignIn:
    """The state of a sign-in.

    Attributes:
        flow: the AuthFlow.
        entered_username: the USERNAME of the first request, until a reply contains the canonical username. Later
            requests may use it until then.
        device_key: the latest DEVICE_KEY that was one of the user's.
        proven: what the user has proven so far.
        rounds: the completed rounds of CUSTOM_AUTH.
        factors: the names of the challenges that were answered, and PASSWORD.
        credited: the values of ``amr`` that the access token of the first request stands for.
        target: the authentication level that the sign-in must reach; 0 if it asks for none.
        event_id: the id of its event in the user's activity, and the ``event_id`` of its tokens.
    """

    flow: str = ""
    entered_username: str | None = None
    device_key: str | None = None
    proven: frozenset[Proof] = frozenset()
    rounds: tuple[CustomRound, ...] = ()
    factors: frozenset[str] = frozenset()
    credited: frozenset[str] = frozenset()
    target: int = 0
    event_id: str = ""

    @property
    def is_passwordless(self) -> bool:
        """Whether the sign-in uses custom challenges only: no password, and no step that follows a password."""
        return self.flow == "CUSTOM_AUTH" and Proof.PASSWORD not in self.proven

    def with_proof(self, proof: Proof, factor: str | None = None) -> "SignIn":
        """Return a copy in which the user has proven one thing more, by this factor."""
        return replace(self, proven=_add(self.proven, proof), factors=_add(self.factors, factor))

    def with_round(self, finished: CustomRound) -> "SignIn":
        """Return a copy with another completed round."""
        return replace(self, rounds=(*self.rounds, finished))
