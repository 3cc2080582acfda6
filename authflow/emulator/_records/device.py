"""The devices of a user: proposed with the tokens, confirmed, remembered, forgotten.

https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-device-tracking.html
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from authflow.emulator import _errors
from authflow.emulator._crypto.entropy import ALPHANUMERIC, Entropy
from authflow.emulator._records.expiring import Expiring

GROUP_KEY_LENGTH: Final = 8
#: how long a proposed device may be confirmed: as long as an access token may live, with which that is done
PROPOSED: Final = timedelta(days=1)


@dataclass(slots=True, eq=False)
class Device:
    """A confirmed device.

    Attributes:
        number: of the user's devices, in the order of their confirmation.
        salt: of the device's secret, which the service never sees.
        verifier: of the device's secret.
        remembered: whether it stands for a second factor, where the pool lets devices do that.
        authenticated: when the user last signed in with it.
    """

    key: str
    group_key: str
    number: int
    name: str
    salt: int = field(repr=False)
    verifier: int = field(repr=False)
    remembered: bool
    created: datetime
    modified: datetime
    authenticated: datetime

    @property
    def identity(self) -> str:
        """What SRP hashes beside the device's secret."""
        return self.group_key + self.key

    def described(self) -> dict[str, Any]:
        """Return the device as DeviceType."""
        status = "remembered" if self.remembered else "not_remembered"
        attributes = {"device_status": "valid", "device_name": self.name, "dev:device_remembered_status": status}
        return {
            "DeviceKey": self.key,
            "DeviceAttributes": [{"Name": name, "Value": value} for name, value in attributes.items()],
            "DeviceCreateDate": self.created,
            "DeviceLastModifiedDate": self.modified,
            "DeviceLastAuthenticatedDate": self.authenticated,
        }


@dataclass(frozen=True, slots=True)
class Proposal:
    """A device key that came with tokens: NewDeviceMetadata."""

    key: str
    group_key: str

    def described(self) -> dict[str, str]:
        """Return it as NewDeviceMetadataType."""
        return {"DeviceKey": self.key, "DeviceGroupKey": self.group_key}


class Devices:
    """One user's devices."""

    def __init__(self) -> None:
        self._proposed: Expiring[Proposal] = Expiring()
        self._confirmed: dict[str, Device] = {}
        self._count = 0

    def propose(self, region: str, entropy: Entropy, now: datetime) -> Proposal:
        """Return keys for a device that has none."""
        group = f"-{entropy.text(ALPHANUMERIC, GROUP_KEY_LENGTH)}"
        proposal = Proposal(f"{region}_{entropy.uuid()}", group)
        self._proposed.put(proposal.key, proposal, until=now + PROPOSED, now=now)
        return proposal

    def confirm(self, key: str, *, name: str | None, salt: int, verifier: int, remembered: bool, now: datetime) -> None:
        """Take a proposed device in.

        Raises:
            ServiceError: DeviceKeyExistsException the second time, ResourceNotFoundException if it was not proposed.
        """
        if key in self._confirmed:
            raise _errors.DEVICE_KEY_EXISTS()
        proposal = self._proposed.pop(key)
        if proposal is None:
            raise _errors.NO_DEVICE()
        self._count += 1
        self._confirmed[key] = Device(
            key, proposal.group_key, self._count, name or key, salt, verifier, remembered, now, now, now
        )

    def find(self, key: str | None) -> Device | None:
        """Return a confirmed device."""
        return self._confirmed.get(key) if key else None

    def get(self, key: str) -> Device:
        """Return a confirmed device.

        Raises:
            ServiceError: ResourceNotFoundException.
        """
        device = self.find(key)
        if device is None:
            raise _errors.NO_DEVICE()
        return device

    def forget(self, key: str) -> None:
        """Forget a confirmed device.

        Raises:
            ServiceError: ResourceNotFoundException.
        """
        del self._confirmed[self.get(key).key]

    def after(self, number: int) -> list[Device]:
        """Return the confirmed devices whose number is higher, in that order."""
        return [device for device in self._confirmed.values() if device.number > number]
