"""ListUsers, and the filters that it understands."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from authflow.emulator._errors import ErrorTemplate
from authflow.emulator._operations.paging import Listing, take_page
from authflow.emulator._records.directory import OTHER_VALUES, SUB
from authflow.emulator._records.pool import UserPool
from authflow.emulator._records.user import User
from authflow.emulator._service import Params, Reply, Service
from authflow.emulator._users import descriptions

#: what a filter may name; source: ListUsers in the service model
SEARCHABLE: Final = frozenset(
    {*OTHER_VALUES, "email", "phone_number", "name", "given_name", "family_name", "preferred_username"}
)
FILTER: Final = re.compile(r'\s*(?P<name>[^\s=^"]+)\s*(?P<operator>\^?=)\s*"(?P<value>(?:[^"\\]|\\.)*)"\s*', re.DOTALL)
LISTING: Final = Listing("ListUsers", token="PaginationToken")

BAD_FILTER: Final = ErrorTemplate("InvalidParameterException", "Error while parsing filter")  # unconfirmed
BAD_FILTER_NAME: Final = ErrorTemplate("InvalidParameterException", "Input fails to satisfy the constraints.")
# https://github.com/aws/aws-sdk-js/issues/2570
NO_ATTRIBUTE: Final = ErrorTemplate("InvalidParameterException", "One or more requested attributes do not exist.")


@dataclass(frozen=True, slots=True)
class Filter:
    """The filter of a request.

    Attributes:
        is_prefix: whether values that only begin with ``value`` match too.
    """

    name: str
    value: str
    is_prefix: bool

    @classmethod
    def parse(cls, text: str) -> "Filter | None":
        """Parse a filter: ``name = "value"`` or ``name ^= "value"``. An empty one is none.

        Raises:
            ServiceError: InvalidParameterException: it has another form, or names what can't be searched for.
        """
        if not text:
            return None
        found = FILTER.fullmatch(text)
        if found is None:
            raise BAD_FILTER()
        if found["name"] not in SEARCHABLE:
            raise BAD_FILTER_NAME()
        return cls(found["name"], re.sub(r"\\(.)", r"\1", found["value"], flags=re.DOTALL), found["operator"] == "^=")


def list_users(service: Service, params: Params) -> Reply:
    """ListUsers. Users come in the order of the values that the filter compares, or in which they were made."""
    pool, wanted = service.get_pool(params["UserPoolId"]), Filter.parse(params.get("Filter", ""))
    if wanted is None:
        users, more = take_page(service, LISTING, params, pool.users.all.read_after)
    else:
        users, more = take_page(service, LISTING, params, partial(_read_by_value, pool, wanted))
    return {"Users": _describe(service, users, params.get("AttributesToGet")), **more}


def _read_by_value(pool: UserPool, wanted: Filter, after: Any, count: int) -> Sequence[tuple[Any, User]]:  # noqa: ANN401
    place = None if after is None else (after[0], after[1])
    return pool.users.read_matching(wanted.name, wanted.value, is_prefix=wanted.is_prefix, after=place, count=count)


def _describe(service: Service, users: Iterable[User], wanted: Iterable[str] | None) -> list[dict[str, Any]]:
    if wanted is None:
        return [descriptions.describe_user(user) for user in users]
    names = list(wanted)
    if SUB in names and not service.settings.sub_in_attributes_to_get:
        raise BAD_FILTER_NAME()
    return [descriptions.describe_user(user, shown=_select(service, user, names)) for user in users]


def _select(service: Service, user: User, names: Iterable[str]) -> Mapping[str, str]:
    attributes = user.get_all_attributes()
    if service.settings.attributes_of_everyone and not attributes.keys() >= set(names):
        raise NO_ATTRIBUTE()
    return {name: attributes[name] for name in names if name in attributes}
