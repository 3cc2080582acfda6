"""Answers to challenges. Each kind of answer has a trigger of its own."""

from dataclasses import dataclass, field
from typing import ClassVar

from authflow.core.devices import Device
from authflow.core.pairs import SecretPairs
from authflow.core.secret import Secret

__all__ = ["Answer", "DeviceAnswer", "SetUpTotpAnswer", "SrpAnswer", "TotpCodeAnswer"]


@dataclass(frozen=True, slots=True)
class Answer:
    """A person's answer to one challenge, made by the ``answer`` method of that challenge. It fits no other challenge.

    Attributes:
        digest: the ``digest`` of the challenge that it answers.
        responses: members of ChallengeResponses, besides USERNAME and those that every request of the flow has.
    """

    trigger: ClassVar[str] = "answer"

    digest: str
    responses: SecretPairs = field(default=(), repr=False)


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
