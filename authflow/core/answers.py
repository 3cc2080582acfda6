"""Answers to challenges. Each kind of answer has a trigger of its own."""

from dataclasses import dataclass, field
from typing import ClassVar

from authflow.core.devices import Device
from authflow.core.pairs import SecretPairs
from authflow.core.secret import Secret

__all__ = [
    "Answer",
    "DeviceAnswer",
    "NewPasswordAnswer",
    "ResendAnswer",
    "SetUpTotpAnswer",
    "SignUpCodeAnswer",
    "SrpAnswer",
    "TotpCodeAnswer",
]


@dataclass(frozen=True, slots=True)
class Answer:
    """A person's answer to one challenge, made by the ``answer`` method of that challenge. It fits no other challenge.

    Attributes:
        digest: the ``digest`` of the challenge that it answers.
        responses: members of ChallengeResponses, or of the request itself if there is no challenge. Without the
            username and what every request of the flow has.
    """

    trigger: ClassVar[str] = "answer"

    digest: str
    responses: SecretPairs = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignUpCodeAnswer(Answer):
    """The code that confirms a sign-up.

    Attributes:
        force_alias_creation: whether the alias moves to this user if another one has it.
    """

    code: Secret
    force_alias_creation: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPasswordAnswer(Answer):
    """A new password, and the code that permits it."""

    code: Secret
    new_password: Secret


@dataclass(frozen=True, slots=True)
class ResendAnswer(Answer):
    """The request for a new code."""

    trigger: ClassVar[str] = "answer_resend"


@dataclass(frozen=True, slots=True, kw_only=True)
class SrpAnswer(Answer):
    """A password for SRP: SRP_A is sent first, the proof of the password with the next request."""

    trigger: ClassVar[str] = "answer_srp"

    password: Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceAnswer(Answer):
    """A remembered device for SRP: SRP_A is sent first, the proof of its secret with the next request."""

    trigger: ClassVar[str] = "answer_device"

    device: Device


@dataclass(frozen=True, slots=True)
class SetUpTotpAnswer(Answer):
    """The choice to set up an authenticator app: its secret is requested next."""

    trigger: ClassVar[str] = "answer_set_up_totp"


@dataclass(frozen=True, slots=True, kw_only=True)
class TotpCodeAnswer(Answer):
    """The first code of a new authenticator app, for VerifySoftwareToken."""

    trigger: ClassVar[str] = "answer_totp_code"

    code: Secret
    device_name: str | None = None
