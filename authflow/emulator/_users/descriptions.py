"""Users as replies describe them."""

from collections.abc import Mapping
from typing import Any

from authflow.emulator._records.user import User
from authflow.emulator._users import attributes


def describe_user(user: User, member: str = "Attributes", shown: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return the description of a user.

    Args:
        user: the user.
        member: the name of the member that holds the attributes.
        shown: the attributes to show; None for all.
    """
    return {
        "Username": user.username,
        member: attributes.to_list(user.get_all_attributes() if shown is None else shown),
        "UserCreateDate": user.created,
        "UserLastModifiedDate": user.modified,
        "Enabled": user.enabled,
        "UserStatus": user.status,
        **({"MFAOptions": list(user.mfa_options)} if user.mfa_options else {}),
    }
