"""Replies to challenges: each kind moves a flow by its own trigger."""

from dataclasses import dataclass, field
from typing import ClassVar

from authflow.core.devices import Device
from authflow.core.pairs import Pairs

__all__ = ["Answer", "DeviceAnswer", "SetUpTotpAnswer", "SrpAnswer", "TotpCodeAnswer"]


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply to one challenge, made by that challenge's ``answer``; it fits no other.

    Attributes:
        digest: of the challenge that it replies to.
        responses: ChallengeResponses beside those that every answer has.
    """

    trigger: ClassVar[str] = "answer"

    digest: str
    responses: Pairs = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SrpAnswer(Answer):
    """A password to be proven by SRP: SRP_A is sent, the proof follows."""

    trigger = "answer_srp"

    password: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceAnswer(Answer):
    """A remembered device to be proven by SRP."""

    trigger = "answer_device"

    device: Device


@dataclass(frozen=True, slots=True)
class SetUpTotpAnswer(Answer):
    """The wish to set up an authenticator app: its secret is asked for."""

    trigger = "answer_set_up_totp"


@dataclass(frozen=True, slots=True, kw_only=True)
class TotpCodeAnswer(Answer):
    """The first code of a new authenticator app, to be verified."""

    trigger = "answer_totp_code"

    code: str = field(repr=False)
    device_name: str | None = None
