"""What should come next: the order of challenges as the documentation has it, written without a look at the emulator.

Password (or another first factor), new password, second factor or its set-up (or, for a remembered device, the device
instead), custom rounds, tokens.
"""

from dataclasses import dataclass, field

SMS, TOTP, EMAIL = "SMS_MFA", "SOFTWARE_TOKEN_MFA", "EMAIL_OTP"
TOKENS = "tokens"


@dataclass(frozen=True)
class PoolModel:
    """A pool's configuration."""

    mfa: str = "OFF"
    factors: tuple[str, ...] = ()
    challenges_devices: bool = False
    asks_to_remember: bool = False
    requires_name: bool = False
    codes_first: bool = False
    riddles: int = 1
    alias: bool = True


@dataclass
class UserModel:
    """A user's standing."""

    temporary: bool = False
    email: bool = True
    phone: bool = False
    totp: bool = False
    enabled_factors: frozenset[str] = frozenset()
    preferred: str | None = None


@dataclass
class SignModel:
    """A sign-in, and what it has come through."""

    opening: str
    preferred: str | None = None
    device: bool = False
    proven: set[str] = field(default_factory=set)
    riddles_left: int = 0

    @property
    def passwordless(self) -> bool:
        return self.opening == "custom"


def reachable(user: UserModel, factor: str) -> bool:
    """Whether the user has what the factor needs."""
    return {SMS: user.phone, TOTP: user.totp, EMAIL: user.email}[factor]


def eligible(pool: PoolModel, user: UserModel) -> list[str]:
    """The second factors that the user can be asked for."""
    if pool.mfa == "OFF":
        return []
    wanted = set(user.enabled_factors) if pool.mfa == "OPTIONAL" else {SMS, TOTP, EMAIL}
    return [factor for factor in (SMS, TOTP, EMAIL) if factor in wanted & set(pool.factors) and reachable(user, factor)]


def second_factor(pool: PoolModel, user: UserModel) -> str | None:
    """The MFA decision; None where nothing is asked."""
    able = eligible(pool, user)
    if user.preferred in able:
        return user.preferred
    if len(able) > 1:
        return "SELECT_MFA_TYPE"
    if able:
        return able[0]
    return "MFA_SETUP" if pool.mfa == "ON" else None


def first_factors(pool: PoolModel, user: UserModel) -> list[str]:
    """What USER_AUTH offers."""
    passwords = ["PASSWORD_SRP", "PASSWORD"]
    if pool.mfa == "ON" or eligible(pool, user) or user.temporary or not pool.codes_first:
        return passwords
    codes = {"EMAIL_OTP": user.email, "SMS_OTP": user.phone}
    return [*passwords, *(name for name, has in codes.items() if has)]


def expected(pool: PoolModel, user: UserModel, sign: SignModel) -> str:
    """The challenge that comes next, or tokens; PASSWORD_VERIFIER aside, which nobody is asked."""
    if not sign.proven & {"first"} and not sign.passwordless:
        return _first(pool, user, sign)
    device = sign.device and pool.challenges_devices
    if user.temporary and not sign.passwordless:
        return "NEW_PASSWORD_REQUIRED"
    if not sign.passwordless and not device and "second" not in sign.proven:
        factor = second_factor(pool, user)
        if factor:
            return factor
    if sign.opening.startswith("custom") and sign.riddles_left:
        return "CUSTOM_CHALLENGE"
    if device and "second" not in sign.proven:
        return "DEVICE_SRP_AUTH"
    return TOKENS


def _first(pool: PoolModel, user: UserModel, sign: SignModel) -> str:
    if sign.preferred not in first_factors(pool, user):
        return "SELECT_CHALLENGE"
    return str(sign.preferred)
