"""Device: a remembered device's keys, and the secret that it proves itself with."""

from dataclasses import dataclass

from authflow.core._frames import hides_frames
from authflow.core._frozen import assign
from authflow.core._validation import MAX_STRING_LENGTH, require_text
from authflow.core.secret import Secret, require_secret

__all__ = ["Device"]

MAX_DEVICE_KEY_LENGTH = 55  # characters; DeviceKeyType


@dataclass(frozen=True, slots=True, init=False)
class Device:
    """A device that Cognito has confirmed.

    Attributes:
        key: Cognito's DeviceKey.
        group_key: Cognito's DeviceGroupKey.
        secret: the device's password in SRP. Cognito has a verifier of it only; keep it secret.

    Raises:
        InvalidInput: an attribute has the wrong type, is empty, or is too long.
    """

    key: str
    group_key: str
    secret: Secret

    @hides_frames
    def __init__(self, key: str, group_key: str, secret: str | Secret) -> None:
        assign(
            self,
            key=require_text("key", key, at_most=MAX_DEVICE_KEY_LENGTH),
            group_key=require_text("group_key", group_key, at_most=MAX_STRING_LENGTH),
            secret=require_secret("secret", secret, at_most=MAX_STRING_LENGTH),
        )
