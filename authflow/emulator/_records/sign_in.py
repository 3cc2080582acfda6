"""A sign-in under way: what one step hands on to the next, in a Session or a SECRET_BLOCK."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

#: the flows that devices take part in
#: https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-device-tracking.html
DEVICE_FLOWS: Final = frozenset(
    {"USER_SRP_AUTH", "USER_PASSWORD_AUTH", "ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH", "CUSTOM_AUTH"}
)


class Proof(StrEnum):
    """What a sign-in has come through."""

    PASSWORD = "password"
    CODE = "code"
    NEW_PASSWORD = "new_password"
    SECOND_FACTOR = "second_factor"
    CUSTOM = "custom"
    DEVICE = "device"


@dataclass(frozen=True, slots=True)
class CustomRound:
    """A step of CUSTOM_AUTH that is over, as triggers are told of it.

    Attributes:
        challenge: its name; ``SRP_A`` stands for a sign-in that begins with a password.
        metadata: what CreateAuthChallenge said of it.
    """

    challenge: str
    result: bool
    metadata: str | None = None

    def described(self) -> dict[str, Any]:
        """Return the entry of ``session`` in a trigger's event."""
        return {
            "challengeName": self.challenge,
            "challengeResult": self.result,
            "challengeMetadata": self.metadata,
        }


@dataclass(frozen=True, slots=True)
class SignIn:
    """A sign-in under way.

    Attributes:
        flow: the AuthFlow that it began with.
        typed: the USERNAME that it began with, as long as no reply has told the canonical one: the name to go on with.
        device_key: the latest DEVICE_KEY that came and was the user's.
        proven: what it has come through.
        rounds: of CUSTOM_AUTH.
    """

    flow: str = ""
    typed: str | None = None
    device_key: str | None = None
    proven: frozenset[Proof] = frozenset()
    rounds: tuple[CustomRound, ...] = ()

    @property
    def passwordless(self) -> bool:
        """Whether the sign-in is one by custom challenges alone: it asks no password, nor what follows upon one."""
        return self.flow == "CUSTOM_AUTH" and Proof.PASSWORD not in self.proven

    def having(self, proof: Proof) -> "SignIn":
        """Return the same sign-in with one thing more proven."""
        return replace(self, proven=self.proven | {proof})

    def after(self, finished: CustomRound) -> "SignIn":
        """Return the same sign-in with one round more behind it."""
        return replace(self, rounds=(*self.rounds, finished))
