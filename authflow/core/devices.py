"""A remembered device: what Cognito knows of it, and the secret that proves it."""

from dataclasses import dataclass, field

from authflow.core._validation import TOKEN_MOST, require_text

__all__ = ["Device"]

DEVICE_KEY_MOST = 55  # characters; DeviceKeyType


@dataclass(frozen=True, slots=True)
class Device:
    """A device that Cognito has confirmed.

    Attributes:
        key: DeviceKey.
        group_key: DeviceGroupKey.
        secret: its password, which only the device's holder and this service know.

    Raises:
        InvalidInput: a wrong type, or an empty or over-long text.
    """

    key: str
    group_key: str
    secret: str = field(repr=False)

    def __post_init__(self) -> None:
        require_text("key", self.key, at_most=DEVICE_KEY_MOST)
        require_text("group_key", self.group_key, at_most=TOKEN_MOST)
        require_text("secret", self.secret, at_most=TOKEN_MOST)
