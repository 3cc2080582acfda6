"""The devices of a user: proposed, confirmed, remembered and forgotten.

https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-device-tracking.html
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final

from authflow.emulator import _errors
from authflow.emulator._crypto.entropy import ALPHANUMERIC, Entropy
from authflow.emulator._records.expiring import ExpiringMap

GROUP_KEY_LENGTH: Final = 8
#: how long a proposed device can be confirmed: ConfirmDevice needs an access token, which lives at most this long
PROPOSAL_VALIDITY: Final = timedelta(days=1)
#: the address that descriptions show: the emulator does not record the client's
LAST_IP: Final = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class DeviceOwner:
    """The owner of a device, as descriptions name it.

    Attributes:
        name: the canonical username and the pool's id.
        arn: the beginning of the ARNs of the owner's devices.
    """

    name: str
    arn: str

    @classmethod
    def of(cls, username: str, pool_id: str, region: str, account: str) -> "DeviceOwner":
        """Return the owner with this canonical username."""
        name = f"{username}.{pool_id}"
        return cls(name, f"arn:aws:cognito-idp:{region}:{account}:owner/{name}")


@dataclass(slots=True, eq=False)
class Device:
    """A confirmed device.

    Attributes:
        number: the device's position in the order in which the user confirmed devices.
        salt: the salt of the device's secret; the service never sees the secret.
        verifier: the SRP verifier of the device's secret.
        remembered: whether the device can replace a second factor, if the pool allows that.
        authenticated: when the user last signed in with the device.
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
        """The identity that SRP hashes with the device's secret."""
        return self.group_key + self.key

    def describe(self, owner: DeviceOwner, *, briefly: bool = False) -> dict[str, Any]:
        """Return the device as a DeviceType structure. ListDevices describes it briefly."""
        status = "remembered" if self.remembered else "not_remembered"
        attributes = {
            "device_status": "valid",
            "device_name": self.name,
            "dev:device_arn": f"{owner.arn}/device/{self.key}",
            "dev:device_owner": owner.name,
            "last_ip_used": LAST_IP,
            "dev:device_remembered_status": status,
            "dev:device_sdk": "aws-sdk",
        }
        return {
            "DeviceKey": self.key,
            "DeviceAttributes": [
                {"Name": name, "Value": value}
                for name, value in attributes.items()
                if not (briefly and name.startswith("dev:"))
            ],
            "DeviceCreateDate": self.created,
            "DeviceLastModifiedDate": self.modified,
            "DeviceLastAuthenticatedDate": self.authenticated.replace(microsecond=0),  # whole seconds, as recorded
        }


@dataclass(frozen=True, slots=True)
class ProposedDevice:
    """A device key that was returned with tokens, as NewDeviceMetadata.

    Attributes:
        expires: when the device can no longer be confirmed.
    """

    key: str
    group_key: str
    expires: datetime

    def describe(self) -> dict[str, str]:
        """Return the device key as a NewDeviceMetadataType structure."""
        return {"DeviceKey": self.key, "DeviceGroupKey": self.group_key}


@dataclass(slots=True, eq=False, repr=False)
class Devices:
    """The devices of one user."""

    _proposed: ExpiringMap[ProposedDevice] | None = None  # most users have no devices
    _confirmed: dict[str, Device] = field(default_factory=dict)
    _count: int = 0

    def propose(self, region: str, entropy: Entropy, now: datetime) -> ProposedDevice:
        """Return new keys, for a device that has none."""
        group = f"-{entropy.text(ALPHANUMERIC, GROUP_KEY_LENGTH)}"
        proposal = ProposedDevice(f"{region}_{entropy.uuid()}", group, now + PROPOSAL_VALIDITY)
        if self._proposed is None:
            self._proposed = ExpiringMap()
        self._proposed.put(proposal.key, proposal, until=proposal.expires, now=now)
        return proposal

    def confirm(self, key: str, *, name: str | None, salt: int, verifier: int, remembered: bool, now: datetime) -> None:
        """Confirm a proposed device.

        Raises:
            ServiceError: DeviceKeyExistsException: the device is confirmed already.
                InvalidParameterException: it was not proposed, or too long ago.
        """
        if key in self._confirmed:
            raise _errors.DEVICE_KEY_EXISTS()
        proposal = self._proposed.get(key) if self._proposed else None
        if not self._proposed or proposal is None or now >= proposal.expires:
            raise _errors.DEVICE_KEY_INVALID()
        self._proposed.pop(key)
        self._count += 1
        self._confirmed[key] = Device(
            key, proposal.group_key, self._count, name or key, salt, verifier, remembered, now, now, now
        )

    def restore(
        self, key: str, group_key: str, *, name: str, salt: int, verifier: int, remembered: bool, now: datetime
    ) -> None:
        """Add a confirmed device that was not proposed here."""
        self._count += 1
        self._confirmed[key] = Device(key, group_key, self._count, name, salt, verifier, remembered, now, now, now)

    def find(self, key: str | None) -> Device | None:
        """Return the confirmed device with this key, None if there is none."""
        return self._confirmed.get(key) if key else None

    def get(self, key: str) -> Device:
        """Return the confirmed device with this key.

        Raises:
            ServiceError: ResourceNotFoundException: there is none.
        """
        device = self.find(key)
        if device is None:
            raise _errors.NO_DEVICE()
        return device

    def forget(self, key: str) -> None:
        """Forget the confirmed device with this key.

        Raises:
            ServiceError: ResourceNotFoundException: there is none.
        """
        del self._confirmed[self.get(key).key]

    def read_after(self, number: int | None, count: int) -> list[tuple[int, Device]]:
        """Return the first ``count`` confirmed devices with a higher number, in ascending order."""
        later = (device for device in self._confirmed.values() if device.number > (number or 0))
        return [(device.number, device) for device in islice(later, count)]
