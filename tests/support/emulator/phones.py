"""Devices with their secrets, and pools that track devices."""

from base64 import b64encode
from dataclasses import dataclass

from tests.support.emulator import srp_client
from tests.support.emulator.mfa import SMS, prefer
from tests.support.emulator.world import PASSWORD, PRIVATE, Json, World

SALT = 0x80FF << 112  # its top bit is set
SRP_A = f"{pow(2, PRIVATE, srp_client.N):x}"


@dataclass(frozen=True)
class Phone:
    """A device: the keys from NewDeviceMetadata and a device secret."""

    key: str
    group: str
    secret: str = "the device's secret"

    @classmethod
    def of(cls, result: Json) -> "Phone":
        """Return the device in the NewDeviceMetadata of an AuthenticationResult."""
        proposed = result["NewDeviceMetadata"]
        return cls(proposed["DeviceKey"], proposed["DeviceGroupKey"])

    @property
    def identity(self) -> str:
        return self.group + self.key

    def config(self) -> dict[str, str]:
        """Return DeviceSecretVerifierConfig."""
        verifier = srp_client.verifier(self.identity, self.secret, SALT)
        numbers = {"Salt": SALT, "PasswordVerifier": verifier}
        return {name: b64encode(srp_client.pad(number)).decode() for name, number in numbers.items()}

    def confirmation(self, token: str) -> Json:
        """Return ConfirmDevice's parameters."""
        return {"AccessToken": token, "DeviceKey": self.key, "DeviceSecretVerifierConfig": self.config()}

    def proof(self, world: World, challenge: dict[str, str]) -> dict[str, str]:
        """Return an answer to DEVICE_PASSWORD_VERIFIER."""
        stamp = srp_client.format_timestamp(world.clock.now)
        proof = srp_client.make_proof(PRIVATE, challenge, self.identity, self.secret, stamp)
        return {**proof, "DEVICE_KEY": self.key}


def make_tracking_pool(empty: World, *, challenged: bool = True, asks: bool = False, **settings: object) -> World:
    """Return a pool that tracks devices and has the user ada."""
    configuration = {"ChallengeRequiredOnNewDevice": challenged, "DeviceOnlyRememberedOnUserPrompt": asks}
    made = empty.make_pool(DeviceConfiguration=configuration, **settings)
    made.make_user("ada", email="ada@example.com", email_verified="true")
    return made


def confirm_phone(world: World, name: str = "ada") -> Phone:
    """Sign in, confirm the new device and return it."""
    result = world.get_tokens(name)
    phone = Phone.of(result)
    world.call("ConfirmDevice", **phone.confirmation(result["AccessToken"]))
    return phone


def sign_in_with_password(world: World, name: str = "ada", **parameters: str) -> Json:
    """Send the right password and return the reply."""
    return world.initiate(USERNAME=name, PASSWORD=PASSWORD, **parameters)


def begin_device_round(world: World, phone: Phone, session: str, name: str = "ada") -> Json:
    """Answer DEVICE_SRP_AUTH."""
    return world.respond("DEVICE_SRP_AUTH", session, USERNAME=name, DEVICE_KEY=phone.key, SRP_A=SRP_A)


def finish_device_round(world: World, phone: Phone, asked: Json) -> Json:
    """Answer DEVICE_PASSWORD_VERIFIER."""
    proof = phone.proof(world, asked["ChallengeParameters"])
    return world.respond("DEVICE_PASSWORD_VERIFIER", asked["Session"], **proof)


def prove_device(world: World, phone: Phone, session: str, name: str = "ada") -> Json:
    """Answer both device challenges."""
    return finish_device_round(world, phone, begin_device_round(world, phone, session, name))


def confirm_phone_and_enable_mfa(world: World) -> Phone:
    """Confirm a phone for ada, then enable SMS as her second factor; return the phone."""
    phone = confirm_phone(world)
    prefer(world, "ada", SMS)
    return phone
