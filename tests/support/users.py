"""Create pools and users in an emulator as a model describes them, and make correct and wrong answers for the users."""

import itertools
import secrets
from dataclasses import dataclass, field
from typing import Any

import pyotp

from authflow import Answer, AppClient, Choice, Custom, MemoryDeviceStore, Password, Srp, Stamp
from authflow.challenges import (
    Challenge,
    CustomChallenge,
    DeviceSrp,
    EmailOtp,
    MfaSetup,
    NewPasswordRequired,
    PasswordChallenge,
    SelectChallenge,
    SelectMfaType,
    SmsMfa,
    SmsOtp,
    SoftwareTokenMfa,
    TotpSetup,
    WebAuthn,
)
from authflow.emulator import Emulator, Purpose
from tests.support.emulator.lambdas import RIDDLE, Riddles
from tests.support.emulator.mfa import MEMBERS, SETTINGS, read_code, set_up_authenticator
from tests.support.emulator.world import PASSWORD, Clock, Json, World
from tests.support.model import EMAIL, PoolModel, UserModel

FLOWS = [
    "ALLOW_USER_SRP_AUTH",
    "ALLOW_USER_PASSWORD_AUTH",
    "ALLOW_ADMIN_USER_PASSWORD_AUTH",
    "ALLOW_CUSTOM_AUTH",
    "ALLOW_USER_AUTH",
    "ALLOW_REFRESH_TOKEN_AUTH",
]
CODE_PURPOSES = (Purpose.MFA, Purpose.FIRST_FACTOR, Purpose.MFA_SETUP)
NEW_PASSWORD = "Brand-new-1"
WRONG_PASSWORD = "Wr0ng-passw0rd!"
WRONG_CODES = ("111111", "222222", "333333", "444444")
NAMES = itertools.count()


@dataclass
class Pool:
    """A pool with two app clients, one without a secret and one with."""

    model: PoolModel
    world: World
    world_with_secret: World
    devices: MemoryDeviceStore = field(default_factory=MemoryDeviceStore)

    def make_stamp(self) -> Stamp:
        """Return a stamp with the time of the emulator's clock."""
        return Stamp(self.world.clock.now, secrets.token_bytes(64))

    def make_app(self, secret: bool) -> AppClient:
        world = self.world_with_secret if secret else self.world
        return AppClient(world.pool_id, world.client_id, world.secret)


def make_pool(emulator: Emulator, clock: Clock, model: PoolModel, **members: Any) -> Pool:
    """Create a pool as the model describes it; ``members``: more of CreateUserPool."""
    settings: Json = {**({"AliasAttributes": ["email"]} if model.alias else {}), **members}
    if model.requires_name:
        name = {"Name": "family_name", "AttributeDataType": "String", "Required": True, "Mutable": True}
        settings["Schema"] = [name]
    if model.challenges_devices:
        settings["DeviceConfiguration"] = {
            "ChallengeRequiredOnNewDevice": True,
            "DeviceOnlyRememberedOnUserPrompt": model.asks_to_remember,
        }
    if model.codes_first:
        factors = ["PASSWORD", "EMAIL_OTP", "SMS_OTP"]
        settings["Policies"] = {"SignInPolicy": {"AllowedFirstAuthFactors": factors}}
    world = World(emulator, clock, "", "").make_pool(**settings)
    emulator.triggers[world.pool_id] = Riddles(model.riddles, patience=3).triggers()
    configure_mfa(world, model, model.mfa)
    without_secret = world.make_client(ExplicitAuthFlows=FLOWS)
    world_with_secret = world.make_client(
        ExplicitAuthFlows=FLOWS, GenerateSecret=True, PreventUserExistenceErrors="ENABLED"
    )
    return Pool(model, without_secret, world_with_secret)


def configure_mfa(world: World, model: PoolModel, mode: str) -> None:
    """Set the pool's MFA mode, with the factors of the model."""
    members = dict(MEMBERS[factor] for factor in model.factors) if mode != "OFF" else {}
    world.call("SetUserPoolMfaConfig", UserPoolId=world.pool_id, MfaConfiguration=mode, **members)


@dataclass
class User:
    """A user, with the password and the authenticator app."""

    pool: Pool
    model: UserModel
    username: str
    email: str
    password: str
    totp: pyotp.TOTP | None = None

    @property
    def world(self) -> World:
        return self.pool.world

    def make_opening(self, kind: str, *, right: bool = True, alias: bool = False, preferred: str | None = None) -> Any:
        """Return the opening with which this user begins."""
        name = self.email if alias and self.model.email and self.pool.model.alias else self.username
        password = self.password if right else WRONG_PASSWORD
        match kind:
            case "srp":
                return Srp(name, password)
            case "password":
                return Password(name, password)
            case "custom":
                return Custom(name)
            case "custom_srp":
                return Custom(name, password)
        return Choice(name, preferred)

    def read_sent_code(self) -> str:
        """Return the latest code that was sent to this user."""
        messages = [message for message in self.world.emulator.outbox if message.username == self.username]
        codes = [message.code for message in messages if message.purpose in CODE_PURPOSES]
        return codes[-1] if codes else "000000"

    def read_totp_code(self) -> str:
        """Return a new code of the authenticator app. A code works once, so the clock is moved forward first."""
        assert self.totp
        self.world.clock.forward(seconds=30)
        return read_code(self.world, self.totp)

    def answer(self, challenge: Challenge, option: str | None = None) -> Answer:
        """Return the correct answer; ``option``: what to choose, if there is a choice."""
        match challenge:
            case SmsMfa() | EmailOtp() | SmsOtp():
                return challenge.answer(self.read_sent_code())
            case SoftwareTokenMfa():
                return challenge.answer(self.read_totp_code())
            case SelectMfaType():
                return challenge.answer(option or challenge.options[0])
            case MfaSetup():
                return challenge.answer_email(self.email) if option == EMAIL else challenge.answer_totp()
            case TotpSetup():
                self.totp = pyotp.TOTP(challenge.secret.reveal())
                return challenge.answer(self.read_totp_code())
            case NewPasswordRequired():
                self.password = NEW_PASSWORD
                return challenge.answer(NEW_PASSWORD, **dict.fromkeys(challenge.required_attributes, "Lovelace"))
            case CustomChallenge():
                return challenge.answer(RIDDLE["private"])
            case SelectChallenge():
                option = option or challenge.options[0]
                return challenge.answer(option, self.password if option.startswith("PASSWORD") else None)
            case PasswordChallenge():
                return challenge.answer(self.password)
            case DeviceSrp():
                raise AssertionError("the driver answers for a device")
            case WebAuthn():
                raise AssertionError("these users have no passkey")

    def make_wrong_answer(self, challenge: Challenge) -> Answer | None:
        """Return a wrong answer; None if the challenge has none."""
        match challenge:
            case SmsMfa() | EmailOtp() | SmsOtp():
                right = self.read_sent_code()
                return challenge.answer(f"{(int(right) + 1) % 10 ** len(right):0{len(right)}d}")
            case SoftwareTokenMfa() | TotpSetup():
                secret = (
                    challenge.secret.reveal() if isinstance(challenge, TotpSetup) else self.totp and self.totp.secret
                )
                assert secret
                codes = {read_code(self.world, pyotp.TOTP(secret), steps) for steps in (-1, 0, 1)}
                return challenge.answer(next(text for text in WRONG_CODES if text not in codes))
            case NewPasswordRequired():
                return challenge.answer("weak", **dict.fromkeys(challenge.required_attributes, "Lovelace"))
            case CustomChallenge():
                return challenge.answer("bush")
            case PasswordChallenge():
                return challenge.answer(WRONG_PASSWORD)
        return None


def create_user(pool: Pool, model: UserModel, password: str = PASSWORD, suffix: str = "") -> User:
    """Create a user as the model describes it."""
    number, world = next(NAMES), pool.world
    username, email = f"user{number}{suffix}", f"user{number}@example.com"
    attributes = {"email": email, "email_verified": "true"} if model.email else {}
    if model.phone:
        attributes |= {"phone_number": f"+1555{number:07d}", "phone_number_verified": "true"}
    if pool.model.requires_name and not model.temporary:
        attributes["family_name"] = "Lovelace"
    world.invite(username, password, **attributes)
    user = User(pool, model, username, email, password)
    if model.totp:
        world.call_admin("AdminSetUserPassword", username, Password=PASSWORD, Permanent=True)
        _set_up_totp(user)
    if model.totp or not model.temporary:
        world.call_admin("AdminSetUserPassword", username, Password=password, Permanent=not model.temporary)
    if model.enabled_factors:
        enabled = {
            SETTINGS[factor]: {"Enabled": True, "PreferredMfa": factor == model.preferred}
            for factor in sorted(model.enabled_factors)
        }
        world.call_admin("AdminSetUserMFAPreference", username, **enabled)
    return user


def _set_up_totp(user: User) -> None:
    """Register an authenticator app for a user, while MFA is optional in the pool."""
    configure_mfa(user.world, user.pool.model, "OPTIONAL")
    user.totp = set_up_authenticator(user.world, user.username)
    configure_mfa(user.world, user.pool.model, user.pool.model.mfa)
