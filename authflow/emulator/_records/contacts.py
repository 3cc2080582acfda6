"""The attributes that messages can be sent to."""

from collections.abc import Mapping
from typing import Final

#: each with its medium
CONTACT_MEDIUMS: Final = {"email": "EMAIL", "phone_number": "SMS"}


def is_verified(attributes: Mapping[str, str], contact: str) -> bool:
    """Return whether the user's email address or phone number is verified."""
    return attributes.get(f"{contact}_verified", "").lower() == "true"
