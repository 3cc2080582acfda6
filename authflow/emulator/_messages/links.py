"""The host of the links in messages. The emulator has no pages there."""

from authflow.emulator._records.pool import UserPool
from authflow.emulator._service import Service


def find_host(service: Service, pool: UserPool) -> str | None:
    """Return the name of the host with the pages of a pool, None if the pool has no domain."""
    prefixed = f"{pool.domain}.auth.{service.region}.amazoncognito.com" if pool.domain else None
    return pool.custom_domain or prefixed
