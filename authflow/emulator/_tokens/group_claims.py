"""The claims about a user's groups, and their IAM roles.

https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-user-groups.html
"""

from typing import Any

from authflow.emulator._records.pool import UserPool
from authflow.emulator._records.user import User


def make_groups(pool: UserPool, user: User) -> dict[str, Any]:
    """Return ``cognito:groups``, by precedence; empty for a user without groups."""
    groups = [group.name for group in pool.groups.rank_of(user)]
    return {"cognito:groups": groups} if groups else {}


def make_roles(pool: UserPool, user: User) -> dict[str, Any]:
    """Return ``cognito:roles`` and ``cognito:preferred_role``; empty for a user whose groups have no role."""
    roles = list(dict.fromkeys(group.role for group in pool.groups.rank_of(user) if group.role))
    preferred = find_preferred_role(pool, user)
    return {
        **({"cognito:roles": roles} if roles else {}),
        **({"cognito:preferred_role": preferred} if preferred else {}),
    }


def find_preferred_role(pool: UserPool, user: User) -> str | None:
    """Return the role of the groups with the lowest precedence, None if they have none or several."""
    ranked = [group for group in pool.groups.rank_of(user) if group.precedence is not None]
    first = {group.role for group in ranked if group.precedence == ranked[0].precedence}
    return first.pop() if len(first) == 1 else None


def describe_configuration(pool: UserPool, user: User) -> dict[str, Any]:
    """Return the ``groupConfiguration`` of a PreTokenGeneration event."""
    ranked = pool.groups.rank_of(user)
    return {
        "groupsToOverride": [group.name for group in ranked],
        "iamRolesToOverride": list(dict.fromkeys(group.role for group in ranked if group.role)),
        "preferredRole": find_preferred_role(pool, user),
    }
