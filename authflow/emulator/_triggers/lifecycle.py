"""Lambda triggers of a user's life: PreSignUp and PostConfirmation.

https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-sign-up.html
https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-post-confirmation.html
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from authflow.emulator import _errors
from authflow.emulator._triggers import output
from authflow.emulator._triggers.registry import TriggerInvocation

#: the members of PreSignUp's response; those that verify, each with the attribute
CONFIRM: Final = "autoConfirmUser"
VERIFY: Final[Mapping[str, str]] = {"autoVerifyEmail": "email", "autoVerifyPhone": "phone_number"}


class SignUpSource(StrEnum):
    """How a user comes into being."""

    SIGN_UP = "SignUp"
    ADMIN_CREATE_USER = "AdminCreateUser"
    EXTERNAL_PROVIDER = "ExternalProvider"


class ConfirmationSource(StrEnum):
    """What a user has confirmed."""

    SIGN_UP = "ConfirmSignUp"
    FORGOT_PASSWORD = "ConfirmForgotPassword"


@dataclass(frozen=True, slots=True)
class SignUpDecision:
    """The response of PreSignUp.

    Attributes:
        confirm: whether the user is confirmed at once.
        verified: the attributes that count as verified.
    """

    confirm: bool = False
    verified: tuple[str, ...] = ()

    def apply_to(self, attributes: Mapping[str, str]) -> dict[str, str]:
        """Return the attributes of a new user, with those verified that PreSignUp vouches for.

        Raises:
            ServiceError: InvalidLambdaResponseException: one of them has no value.
        """
        if any(not attributes.get(name) for name in self.verified):
            raise _errors.TRIGGER_OUTPUT()
        return {**attributes, **{f"{name}_verified": "true" for name in self.verified}}


def run_pre_sign_up(
    invocation: TriggerInvocation, source: SignUpSource, validation: Iterable[Mapping[str, str]] = ()
) -> SignUpDecision:
    """Run PreSignUp, which may refuse a new user. Check again afterwards that the pool can take the user.

    Args:
        invocation: the part that all events of the request have in common. Its user is not in the pool yet.
        source: how the user comes into being. What an administrator creates is not confirmed or verified.
        validation: the request's ValidationData.

    Raises:
        ServiceError: the Lambda trigger refused, or its response does not have the documented form.
    """
    data = {entry["Name"]: entry.get("Value", "") for entry in validation}
    response = invocation.run(
        "PreSignUp",
        f"PreSignUp_{source}",
        {"userAttributes": dict(invocation.user.attributes), "validationData": data or None},
        response=dict.fromkeys((CONFIRM, *VERIFY), False),
    )
    flags = {name: output.require_bool((response or {}).get(name) or False) for name in (CONFIRM, *VERIFY)}
    if source is SignUpSource.ADMIN_CREATE_USER:
        return SignUpDecision()
    return SignUpDecision(flags[CONFIRM], tuple(name for flag, name in VERIFY.items() if flags[flag]))


def run_post_confirmation(invocation: TriggerInvocation, source: ConfirmationSource) -> None:
    """Run PostConfirmation. The user stays confirmed if it fails.

    Raises:
        ServiceError: the Lambda trigger failed, or did not return an event.
    """
    invocation.run("PostConfirmation", f"PostConfirmation_{source}", {})
