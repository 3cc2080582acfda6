"""Devices as their holders know them, and pools that track them."""

from base64 import b64encode
from dataclasses import dataclass

from tests.support.emulator import srp_client
from tests.support.emulator.mfa import SMS, prefer
from tests.support.emulator.world import PASSWORD, PRIVATE, Json, World

SALT = 0x80FF << 112  # its top bit is set
SRP_A = f"{pow(2, PRIVATE, srp_client.N):x}"


@dataclass(frozen=True)
class Phone:
    """A device that has been proposed, and its secret."""

    key: str
    group: str
    secret: str = "the device's secret"

    @classmethod
    def of(cls, result: Json) -> "Phone":
        """Return the device that an AuthenticationResult proposes."""
        proposed = result["NewDeviceMetadata"]
        return cls(proposed["DeviceKey"], proposed["DeviceGroupKey"])

    @property
    def identity(self) -> str:
        return self.group + self.key

    def config(self) -> dict[str, str]:
        """Return DeviceSecretVerifierConfig."""
        verifier = srp_client.verifier(self.identity, self.secret, SALT)
        numbers = {"Salt": SALT, "PasswordVerifier": verifier}
        return {name: b64encode(srp_client.padded(number)).decode() for name, number in numbers.items()}

    def confirmation(self, token: str) -> Json:
        """Return ConfirmDevice's parameters."""
        return {"AccessToken": token, "DeviceKey": self.key, "DeviceSecretVerifierConfig": self.config()}

    def proof(self, world: World, challenge: dict[str, str]) -> dict[str, str]:
        """Return an answer to DEVICE_PASSWORD_VERIFIER."""
        stamp = srp_client.timestamp(world.clock.now)
        proof = srp_client.proof(PRIVATE, challenge, self.identity, self.secret, stamp)
        return {**proof, "DEVICE_KEY": self.key}


def tracking(empty: World, *, challenged: bool = True, asks: bool = False, **settings: object) -> World:
    """Return a pool that tracks devices, with ada."""
    configuration = {"ChallengeRequiredOnNewDevice": challenged, "DeviceOnlyRememberedOnUserPrompt": asks}
    made = empty.pool(DeviceConfiguration=configuration, **settings)
    made.user("ada", email="ada@example.com", email_verified="true")
    return made


def confirmed(world: World, name: str = "ada") -> Phone:
    """Sign in, and return the device that is confirmed then."""
    result = world.tokens(name)
    phone = Phone.of(result)
    world.call("ConfirmDevice", **phone.confirmation(result["AccessToken"]))
    return phone


def signed_in(world: World, name: str = "ada", **parameters: str) -> Json:
    """Return the reply to a right password."""
    return world.initiate(USERNAME=name, PASSWORD=PASSWORD, **parameters)


def round_begun(world: World, phone: Phone, session: str, name: str = "ada") -> Json:
    """Answer DEVICE_SRP_AUTH."""
    return world.respond("DEVICE_SRP_AUTH", session, USERNAME=name, DEVICE_KEY=phone.key, SRP_A=SRP_A)


def round_ended(world: World, phone: Phone, asked: Json) -> Json:
    """Answer DEVICE_PASSWORD_VERIFIER."""
    proof = phone.proof(world, asked["ChallengeParameters"])
    return world.respond("DEVICE_PASSWORD_VERIFIER", asked["Session"], **proof)


def by_device(world: World, phone: Phone, session: str, name: str = "ada") -> Json:
    """Answer both device challenges."""
    return round_ended(world, phone, round_begun(world, phone, session, name))


def guard(world: World) -> Phone:
    """Turn ada's second factor on; return a phone that she confirmed before."""
    phone = confirmed(world)
    prefer(world, "ada", SMS)
    return phone
