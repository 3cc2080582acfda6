"""ListUsers, and the filters that it understands."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from authflow.emulator._errors import ErrorTemplate
from authflow.emulator._operations.paging import Listing, take_page, take_short_page
from authflow.emulator._records.directory import SUB, USERNAME
from authflow.emulator._records.pool import UserPool
from authflow.emulator._records.user import User
from authflow.emulator._service import Params, Reply, Service
from authflow.emulator._users import descriptions

#: what a filter may name, beside the two kinds of status; source: ListUsers in the service model
SEARCHABLE: Final = frozenset(
    {USERNAME, SUB, "email", "phone_number", "name", "given_name", "family_name", "preferred_username"}
)
USER_STATUS: Final = "cognito:user_status"
ENABLED_STATUS: Final = "status"
FILTER: Final = re.compile(r'\s*(?P<name>[^\s=^"]+)\s*(?P<operator>\^?=)\s*"(?P<value>(?:[^"\\]|\\.)*)"\s*', re.DOTALL)
LISTING: Final = Listing("ListUsers", token="PaginationToken")
#: how many users a page looks at, if it looks for a status: it may be short, and another one follows
EXAMINED: Final = 1000

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
        if found["name"] not in SEARCHABLE | {USER_STATUS, ENABLED_STATUS}:
            raise BAD_FILTER_NAME()
        return cls(found["name"], re.sub(r"\\(.)", r"\1", found["value"]), found["operator"] == "^=")

    def matches_status(self, user: User) -> bool:
        """Return whether a user has the status that the filter names. Its case does not matter."""
        enabled = "Enabled" if user.enabled else "Disabled"
        status = (user.status if self.name == USER_STATUS else enabled).lower()
        return status.startswith(self.value.lower()) if self.is_prefix else status == self.value.lower()


def list_users(service: Service, params: Params) -> Reply:
    """ListUsers. Without a filter, and by status, users come in the order in which they were made."""
    pool, wanted = service.get_pool(params["UserPoolId"]), Filter.parse(params.get("Filter", ""))
    if wanted is None:
        users, more = take_page(service, LISTING, params, pool.users.all.read_after)
    elif wanted.name in SEARCHABLE:
        users, more = take_page(service, LISTING, params, partial(_read_by_value, pool, wanted))
    else:
        users, more = take_short_page(service, LISTING, params, partial(_read_by_status, pool, wanted))
    return {"Users": _describe(service, users, params.get("AttributesToGet")), **more}


def _read_by_value(pool: UserPool, wanted: Filter, after: Any, count: int) -> Sequence[tuple[Any, User]]:  # noqa: ANN401
    place = None if after is None else (after[0], after[1])
    return pool.users.read_matching(wanted.name, wanted.value, is_prefix=wanted.is_prefix, after=place, count=count)


def _read_by_status(pool: UserPool, wanted: Filter, after: int | None, count: int) -> tuple[list[User], int | None]:
    """Return a page of users with a status: a short one if there are few of them among the next users."""
    users: list[User] = []
    last, examined = after, pool.users.all.read_after(after, EXAMINED)
    for number, user in examined:
        if wanted.matches_status(user):
            if len(users) == count:
                return users, last
            users.append(user)
        last = number
    return users, last if len(examined) == EXAMINED else None


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
