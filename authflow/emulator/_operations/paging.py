"""Pages of lists. A token of the next page is opaque, belongs to its request, and is refused if it was changed."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias, TypeVar

from authflow.emulator import _errors
from authflow.emulator._service import Params, Reply, Service

#: the largest page, and the size if the request has none
PAGE_SIZE: Final = 60

Record = TypeVar("Record")
#: where a page ended: JSON values, by which ``read`` finds the records after it
Position: TypeAlias = Any
#: returns the first records after a position (None: from the beginning), at most so many, each with its own position
Read: TypeAlias = Callable[[Position | None, int], Sequence[tuple[Position, Record]]]


@dataclass(frozen=True, slots=True)
class Listing:
    """How an operation lists.

    Attributes:
        operation: the operation's name, which the tokens are bound to.
        token: the name of the member that holds the token, in request and reply.
        limit: the name of the request member that holds the size of a page.
        size: the size of a page if the request has none, or 0.
    """

    operation: str
    token: str = "NextToken"
    limit: str = "Limit"
    size: int = PAGE_SIZE


def take_page(
    service: Service, listing: Listing, params: Params, read: Read[Record], *, whose: str = ""
) -> tuple[list[Record], Reply]:
    """Return the records of the page that a request asks for, and the reply's token member if there are more.

    Args:
        service: the service.
        listing: how the operation lists.
        params: the request.
        read: reads the records.
        whose: the sub of the user whose access token the request has: it may have been refreshed between two pages.

    Raises:
        ServiceError: InvalidParameterException: the token belongs to another request, or was changed.
    """
    rest = {name: value for name, value in params.items() if name not in {listing.token, listing.limit, "AccessToken"}}
    binding = json.dumps([listing.operation, whose, rest], sort_keys=True)
    position = None
    if listing.token in params:
        opened = service.page_tokens.open(params[listing.token], binding)
        if opened is None:
            raise _errors.BAD_PAGE()
        position = json.loads(opened)
    size = params.get(listing.limit) or listing.size
    found = read(position, size + 1)
    records = [record for _, record in found[:size]]
    if len(found) <= size:
        return records, {}
    return records, {listing.token: service.page_tokens.seal(json.dumps(found[size - 1][0]), binding)}
