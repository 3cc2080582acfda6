"""Device: a remembered device's keys, and the secret that it proves itself with."""

from dataclasses import dataclass, field

from authflow.core._validation import MAX_STRING_LENGTH, require_text

__all__ = ["Device"]

MAX_DEVICE_KEY_LENGTH = 55  # characters; DeviceKeyType


@dataclass(frozen=True, slots=True)
class Device:
    """A device that Cognito has confirmed.

    Attributes:
        key: Cognito's DeviceKey.
        group_key: Cognito's DeviceGroupKey.
        secret: the device's password in SRP. Cognito has a verifier of it only; keep it secret.

    Raises:
        InvalidInput: an attribute is no string, is empty, or is too long.
    """

    key: str
    group_key: str
    secret: str = field(repr=False)

    def __post_init__(self) -> None:
        require_text("key", self.key, at_most=MAX_DEVICE_KEY_LENGTH)
        require_text("group_key", self.group_key, at_most=MAX_STRING_LENGTH)
        require_text("secret", self.secret, at_most=MAX_STRING_LENGTH)
