"""Checks whether the records of a document make sense to the operations."""

from collections.abc import Iterator, Mapping
from typing import Any

from authflow.emulator._control.state.errors import StateError
from authflow.emulator._control.state.kinds import World, list_pools
from authflow.emulator._operations import OPERATIONS


def check_descriptions(world: World) -> None:
    """Require that each pool and app client can be described as the service model says.

    Raises:
        StateError: one can't. The text says which.
    """
    service = world.service
    for place, operation, params in _list_descriptions(world):
        try:
            reply = OPERATIONS[operation](service, service.model.check_request(operation, params))
            service.model.check_reply(operation, reply)
        except Exception as error:  # of whatever kind: the record is wrong
            problem = str(error)[:300].splitlines()
            raise StateError(f"records.{place}: {operation} fails: {problem[0] if problem else type(error)}") from None


def _list_descriptions(world: World) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for pool in list_pools(world):
        whose = {"UserPoolId": pool.id}
        yield f"pool {pool.id[:60]!a}", "DescribeUserPool", whose
        yield f"pool {pool.id[:60]!a}", "GetUserPoolMfaConfig", whose
        for client_id in pool.client_ids:
            yield f"client {client_id[:60]!a}", "DescribeUserPoolClient", {**whose, "ClientId": client_id}
