"""What is in an emulator, as JSON values: pools with their app clients, users, and sign-ins that are under way."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, Final, TypeVar

from authflow.emulator._control.sign_ins import find_name, list_sign_ins
from authflow.emulator._records.client import UserPoolClient
from authflow.emulator._records.directory import USERNAME
from authflow.emulator._records.pool import UserPool
from authflow.emulator._records.user import User
from authflow.emulator._service import Service
from authflow.emulator._users import mfa

#: how many app clients of a pool, and how many devices of a user, are described
SHOWN: Final = 25
#: what users are searched for by, each by its beginning
SEARCHED: Final = (USERNAME, "email", "phone_number")

Record = TypeVar("Record")
Page = dict[str, Any]


class Overview:
    """What is in an emulator. No list goes through all users, and no secret is in it.

    Args:
        service: the state of the emulator.
    """

    def __init__(self, service: Service) -> None:
        self._service = service

    def list_pools(self, after: int = 0, limit: int = 50) -> Page:
        """Return pools with their app clients, in the order in which they were made.

        Args:
            after: the ``next`` of the page before.
            limit: the length of a page.
        """
        with self._service.lock:
            pools = self._service.pools
            shown, following = _take_page(pools.read_after, after, limit)
            described = [self._describe_pool(pool) for pool in shown]
            return {"pools": described, "next": following, "total": len(pools)}

    def list_users(self, pool: str | None = None, search: str = "", after: int = 0, limit: int = 50) -> Page:
        """Return users of a pool, in the order in which they were made.

        Args:
            pool: the pool's id; by default the first one.
            search: how a username, an email address or a phone number begins. The first users found are returned,
                without a further page.
            after: the ``next`` of the page before.
            limit: the length of a page.

        Raises:
            ServiceError: ResourceNotFoundException: there is no such pool.
        """
        with self._service.lock:
            found = self._find_pool(pool)
            if found is None:
                return {"users": [], "next": None, "total": 0}
            if search:
                shown, following = list(islice(_search(found, search, limit), limit)), None
            else:
                shown, following = _take_page(found.users.all.read_after, after, limit)
            described = [_describe_user(found, user) for user in shown]
            return {"users": described, "next": following, "total": len(found.users.all)}

    def list_sign_ins(self, limit: int = 100) -> list[dict[str, Any]]:
        """Return the sign-ins that wait for a client or a person, the latest first."""
        with self._service.lock:
            return list_sign_ins(self._service, limit)

    def _find_pool(self, pool_id: str | None) -> UserPool | None:
        if pool_id is not None:
            return self._service.get_pool(pool_id)
        return next(iter(self._service.pools.values()), None)

    def _describe_pool(self, pool: UserPool) -> dict[str, Any]:
        clients = [self._service.clients[client_id] for _, client_id in pool.client_ids.read_after(None, SHOWN)]
        return {
            "pool_id": pool.id,
            "pool_name": pool.settings["Name"],
            "mfa": pool.mfa_mode,
            "tier": pool.tier,
            "users": len(pool.users.all),
            "groups": len(pool.groups.all),
            "clients": [_describe_client(client) for client in clients],
            "client_count": len(pool.client_ids),
        }


def _describe_client(client: UserPoolClient) -> dict[str, Any]:
    return {
        "client_id": client.id,
        "client_name": client.settings["ClientName"],
        "has_secret": bool(client.secrets),
        "auth_flows": sorted(name.removeprefix("ALLOW_") for name in client.allowed_flows),
    }


def _describe_user(pool: UserPool, user: User) -> dict[str, Any]:
    devices = [device for _, device in user.devices.read_after(None, SHOWN)]
    return {
        "username": user.username,
        "name": find_name(pool, user),
        "sub": user.sub,
        "email": user.attributes.get("email"),
        "phone_number": user.attributes.get("phone_number"),
        "status": user.status,
        "enabled": user.enabled,
        "factors": [factor for factor in mfa.FACTORS if factor in user.mfa],
        "preferred_factor": user.preferred_mfa,
        "has_authenticator_app": user.software_token is not None,
        "groups": [group.name for group in pool.groups.list_of(user)],
        "devices": [{"name": device.name, "key": device.key, "remembered": device.remembered} for device in devices],
        "created": user.created.isoformat(),
    }


def _search(pool: UserPool, text: str, limit: int) -> Iterator[User]:
    seen: set[str] = set()
    for name in SEARCHED:
        for _, user in pool.users.read_matching(name, text, is_prefix=True, after=None, count=limit):
            if user.sub not in seen:
                seen.add(user.sub)
                yield user


def _take_page(
    read_after: Callable[[int | None, int], Sequence[tuple[int, Record]]], after: int, limit: int
) -> tuple[list[Record], int | None]:
    """Return the records of a page, and where the next one begins; None for the last page."""
    found = read_after(after or None, limit + 1)
    following = found[limit - 1][0] if len(found) > limit else None
    return [record for _, record in found[:limit]], following
