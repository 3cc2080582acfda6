"""The opening after which Cognito may ask a challenge."""

from authflow import Choice, Custom, Opening, Password, Secret

FIRST_FACTORS = ("SELECT_CHALLENGE", "PASSWORD", "PASSWORD_SRP", "SMS_OTP", "WEB_AUTHN")


def find_opening(name: str, username: str = "ada", password: str | Secret = "pw") -> Opening:
    """Return an opening whose first reply may be this challenge; ADMIN_NO_SRP_AUTH needs ``admin=True`` too."""
    if name in FIRST_FACTORS:
        return Choice(username)
    return Custom(username) if name == "CUSTOM_CHALLENGE" else Password(username, password)


def needs_admin(name: str) -> bool:
    """Return whether only the admin API asks this challenge."""
    return name == "ADMIN_NO_SRP_AUTH"
