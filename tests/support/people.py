"""People who sign in: pools and users as the model describes them, made in an emulator, and answers, right or wrong."""

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
)
from authflow.emulator import Emulator, Purpose
from tests.support.emulator.lambdas import RIDDLE, Riddles
from tests.support.emulator.mfa import MEMBERS, SETTINGS, authenticator, code
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
CODES = (Purpose.MFA, Purpose.FIRST_FACTOR, Purpose.MFA_SETUP)
NEW_PASSWORD = "Brand-new-1"
WRONG = "Wr0ng-passw0rd!"
WRONG_CODES = ("111111", "222222", "333333", "444444")
NAMES = itertools.count()


@dataclass
class Site:
    """A pool with clients, with and without a secret."""

    model: PoolModel
    world: World
    secretive: World
    devices: MemoryDeviceStore = field(default_factory=MemoryDeviceStore)

    def stamp(self) -> Stamp:
        """A stamp by the emulator's clock."""
        return Stamp(self.world.clock.now, secrets.token_bytes(64))

    def app(self, secret: bool) -> AppClient:
        world = self.secretive if secret else self.world
        return AppClient(world.pool_id, world.client_id, world.secret)


def site(emulator: Emulator, clock: Clock, model: PoolModel, **pool: Any) -> Site:
    """Make a pool as the model has it."""
    settings: Json = {**({"AliasAttributes": ["email"]} if model.alias else {}), **pool}
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
    world = World(emulator, clock, "", "").pool(**settings)
    emulator.triggers[world.pool_id] = Riddles(model.riddles, patience=3).triggers()
    configure(world, model, model.mfa)
    open_ = world.client(ExplicitAuthFlows=FLOWS)
    secretive = world.client(ExplicitAuthFlows=FLOWS, GenerateSecret=True, PreventUserExistenceErrors="ENABLED")
    return Site(model, open_, secretive)


def configure(world: World, model: PoolModel, mode: str) -> None:
    """Set the pool's MFA."""
    members = dict(MEMBERS[factor] for factor in model.factors) if mode != "OFF" else {}
    world.call("SetUserPoolMfaConfig", UserPoolId=world.pool_id, MfaConfiguration=mode, **members)


@dataclass
class Person:
    """A user, and what only the user knows."""

    site: Site
    model: UserModel
    username: str
    email: str
    password: str
    totp: pyotp.TOTP | None = None

    @property
    def world(self) -> World:
        return self.site.world

    def opening(self, kind: str, *, right: bool = True, alias: bool = False, preferred: str | None = None) -> Any:
        """How this person begins."""
        name = self.email if alias and self.model.email and self.site.model.alias else self.username
        password = self.password if right else WRONG
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

    def sent(self) -> str:
        """The latest code that was sent to this person."""
        messages = [message for message in self.world.emulator.outbox if message.username == self.username]
        codes = [message.code for message in messages if message.purpose in CODES]
        return codes[-1] if codes else "000000"

    def shown(self) -> str:
        """What the authenticator shows now: half a minute on, since a code works once."""
        assert self.totp
        self.world.clock.forward(seconds=30)
        return code(self.world, self.totp)

    def answer(self, challenge: Challenge, option: str | None = None) -> Answer:
        """The right answer; ``option`` where there is a choice."""
        match challenge:
            case SmsMfa() | EmailOtp() | SmsOtp():
                return challenge.answer(self.sent())
            case SoftwareTokenMfa():
                return challenge.answer(self.shown())
            case SelectMfaType():
                return challenge.answer(option or challenge.options[0])
            case MfaSetup():
                return challenge.answer_email(self.email) if option == EMAIL else challenge.answer_totp()
            case TotpSetup():
                self.totp = pyotp.TOTP(challenge.secret)
                return challenge.answer(self.shown())
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

    def wrong_answer(self, challenge: Challenge) -> Answer | None:
        """A wrong answer, where there can be one."""
        match challenge:
            case SmsMfa() | EmailOtp() | SmsOtp():
                right = self.sent()
                return challenge.answer(f"{(int(right) + 1) % 10 ** len(right):0{len(right)}d}")
            case SoftwareTokenMfa() | TotpSetup():
                secret = challenge.secret if isinstance(challenge, TotpSetup) else self.totp and self.totp.secret
                assert secret
                codes = {code(self.world, pyotp.TOTP(secret), steps) for steps in (-1, 0, 1)}
                return challenge.answer(next(text for text in WRONG_CODES if text not in codes))
            case NewPasswordRequired():
                return challenge.answer("weak", **dict.fromkeys(challenge.required_attributes, "Lovelace"))
            case CustomChallenge():
                return challenge.answer("bush")
            case PasswordChallenge():
                return challenge.answer(WRONG)
        return None


def register(site: Site, model: UserModel, password: str = PASSWORD, suffix: str = "") -> Person:
    """Make a user as the model has it."""
    number, world = next(NAMES), site.world
    username, email = f"person{number}{suffix}", f"person{number}@example.com"
    attributes = {"email": email, "email_verified": "true"} if model.email else {}
    if model.phone:
        attributes |= {"phone_number": f"+1555{number:07d}", "phone_number_verified": "true"}
    if site.model.requires_name and not model.temporary:
        attributes["family_name"] = "Lovelace"
    world.invited(username, password, **attributes)
    person = Person(site, model, username, email, password)
    if model.totp:
        world.admin("AdminSetUserPassword", username, Password=PASSWORD, Permanent=True)
        _set_up_totp(person)
    if model.totp or not model.temporary:
        world.admin("AdminSetUserPassword", username, Password=password, Permanent=not model.temporary)
    if model.enabled_factors:
        enabled = {
            SETTINGS[factor]: {"Enabled": True, "PreferredMfa": factor == model.preferred}
            for factor in sorted(model.enabled_factors)
        }
        world.admin("AdminSetUserMFAPreference", username, **enabled)
    return person


def _set_up_totp(person: Person) -> None:
    """Give a person an authenticator, while the pool asks for no second factor."""
    configure(person.world, person.site.model, "OPTIONAL")
    person.totp = authenticator(person.world, person.username)
    configure(person.world, person.site.model, person.site.model.mfa)
