"""A model that predicts the next challenge. It follows Cognito's documentation and shares no code with the emulator.

The order is: password or another first factor, new password, second factor or its setup, custom challenges, tokens. A
remembered device replaces the second factor.
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
    """A user's account status and factors."""

    temporary: bool = False
    email: bool = True
    phone: bool = False
    totp: bool = False
    enabled_factors: frozenset[str] = frozenset()
    preferred: str | None = None


@dataclass
class SignInModel:
    """A sign-in, and what the user has proven in it."""

    opening: str
    preferred: str | None = None
    device: bool = False
    proven: set[str] = field(default_factory=set)
    riddles_left: int = 0

    @property
    def passwordless(self) -> bool:
        return self.opening == "custom"


def has_factor(user: UserModel, factor: str) -> bool:
    """Return whether the user has what the factor needs."""
    return {SMS: user.phone, TOTP: user.totp, EMAIL: user.email}[factor]


def find_second_factors(pool: PoolModel, user: UserModel) -> list[str]:
    """Return the second factors that the user can be asked for."""
    if pool.mfa == "OFF":
        return []
    wanted = set(user.enabled_factors) if pool.mfa == "OPTIONAL" else {SMS, TOTP, EMAIL}
    return [
        factor for factor in (SMS, TOTP, EMAIL) if factor in wanted & set(pool.factors) and has_factor(user, factor)
    ]


def predict_second_factor(pool: PoolModel, user: UserModel) -> str | None:
    """Return the challenge that asks for a second factor or its setup; None if there is none."""
    factors = find_second_factors(pool, user)
    if user.preferred in factors:
        return user.preferred
    if len(factors) > 1:
        return "SELECT_MFA_TYPE"
    if factors:
        return factors[0]
    return "MFA_SETUP" if pool.mfa == "ON" else None


def find_first_factors(pool: PoolModel, user: UserModel) -> list[str]:
    """Return the first factors that USER_AUTH offers."""
    passwords = ["PASSWORD_SRP", "PASSWORD"]
    if pool.mfa == "ON" or find_second_factors(pool, user) or user.temporary or not pool.codes_first:
        return passwords
    codes = {"EMAIL_OTP": user.email, "SMS_OTP": user.phone}
    return [*passwords, *(name for name, has in codes.items() if has)]


def predict_next(pool: PoolModel, user: UserModel, sign_in: SignInModel) -> str:
    """Return the next challenge or TOKENS. PASSWORD_VERIFIER is left out, because the driver answers it."""
    if not sign_in.proven & {"first"} and not sign_in.passwordless:
        return _predict_first(pool, user, sign_in)
    device = sign_in.device and pool.challenges_devices
    if user.temporary and not sign_in.passwordless:
        return "NEW_PASSWORD_REQUIRED"
    if not sign_in.passwordless and not device and "second" not in sign_in.proven:
        factor = predict_second_factor(pool, user)
        if factor:
            return factor
    if sign_in.opening.startswith("custom") and sign_in.riddles_left:
        return "CUSTOM_CHALLENGE"
    if device and "second" not in sign_in.proven:
        return "DEVICE_SRP_AUTH"
    return TOKENS


def _predict_first(pool: PoolModel, user: UserModel, sign_in: SignInModel) -> str:
    if sign_in.preferred not in find_first_factors(pool, user):
        return "SELECT_CHALLENGE"
    return str(sign_in.preferred)
