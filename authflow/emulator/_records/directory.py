"""The users of a pool, found by each of their names.

Names are compared character by character: Cognito does not normalise Unicode.
https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html#user-pool-settings-aliases
"""

from collections.abc import Callable, Collection, Container, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from authflow.emulator._records.contacts import CONTACT_MEDIUMS, is_verified
from authflow.emulator._records.index import Place, ValueIndex
from authflow.emulator._records.series import Series
from authflow.emulator._records.user import Status, User

USERNAME: Final = "username"
SUB: Final = "sub"
USER_STATUS: Final = "cognito:user_status"
#: whether a user is enabled
STATUS: Final = "status"
#: the values that are compared as the pool compares names
COMPARED_AS_NAMES: Final = frozenset({USERNAME, "email", "preferred_username"})
#: what users can be searched for beside their attributes
OTHER_VALUES: Final[Mapping[str, Callable[[User], str]]] = {
    USERNAME: lambda user: user.username,
    SUB: lambda user: user.sub,
    USER_STATUS: lambda user: user.status,
    STATUS: lambda user: "Enabled" if user.enabled else "Disabled",
}


class Directory:
    """The users of a pool. No look-up goes through all of them.

    Args:
        username_attributes: the attributes that users sign in with instead of a username.
        alias_attributes: the attributes that users can sign in with, in addition to their username.
        is_case_sensitive: whether names that differ only in case are different.

    Attributes:
        watcher: called with each user who is found by a name, added or removed. None by default.
    """

    def __init__(
        self, username_attributes: frozenset[str], alias_attributes: frozenset[str], *, is_case_sensitive: bool
    ) -> None:
        self._username_attributes = username_attributes
        self._names = sorted(username_attributes | alias_attributes)
        self._is_case_sensitive = is_case_sensitive
        self.watcher: Callable[[User], None] | None = None
        self.all: Series[User] = Series()
        self._by_username: dict[str, User] = {}
        self._by_sub: dict[str, User] = {}
        self._by_alias: dict[str, dict[str, User]] = {}
        self._indexes: dict[str, ValueIndex] = {}

    def normalize_case(self, name: str) -> str:
        """Return a name in the form in which names are compared: lower case unless the pool is case-sensitive."""
        return name if self._is_case_sensitive else name.lower()

    def add(self, user: User) -> None:
        """Add a new user. The caller must have checked that no user has one of these names."""
        self.restore(user, self.all.next)
        if self.watcher is not None:
            self.watcher(user)

    def restore(self, user: User, number: int) -> None:
        """Add a user who had this number, after those with lower numbers."""
        self.all.restore(user, number)
        self._by_username[self.normalize_case(user.username)] = user
        self._by_sub[user.sub] = user
        self._add_aliases(user)
        for index in self._indexes.values():
            index.add(user, self.all.number_of(user))

    def remove(self, user: User) -> None:
        """Remove a user."""
        if self.watcher is not None:
            self.watcher(user)
        for index in self._indexes.values():
            index.remove(user, self.all.number_of(user))
        self.all.remove(user)
        del self._by_username[self.normalize_case(user.username)]
        del self._by_sub[user.sub]
        self._remove_aliases(user)

    def list_subs(self) -> list[str]:
        """Return the subs of all users, in the order in which they were added."""
        return list(self._by_sub)

    @property
    def subs(self) -> Container[str]:
        """The subs of all users."""
        return self._by_sub

    def has(self, user: User) -> bool:
        """Return whether this user is in the pool. A decoy user is not."""
        return self._by_sub.get(user.sub) is user

    def set_attributes(self, user: User, changed: Mapping[str, str]) -> None:
        """Replace the attributes of a user, and with them the aliases. The user must be in the pool."""
        different = [name for name in self._indexes if user.attributes.get(name) != changed.get(name)]
        self._remove_aliases(user)
        with self._reindex(user, different):
            user.attributes = changed
        self._add_aliases(user)

    def set_status(self, user: User, status: Status) -> None:
        """Replace the status of a user, who may also be one that is not in the pool."""
        with self._reindex(user, [USER_STATUS]):
            user.status = status

    def set_enabled(self, user: User, *, enabled: bool) -> None:
        """Enable or disable a user."""
        with self._reindex(user, [STATUS]):
            user.enabled = enabled

    def find_by_username(self, name: str) -> User | None:
        """Return the user with this username, None if there is none."""
        return self._find(self._by_username, self.normalize_case(name))

    def find_by_sub(self, sub: str) -> User | None:
        """Return the user with this sub, None if there is none. A sub is never used again."""
        return self._find(self._by_sub, sub)

    def find_by_alias(self, name: str) -> User | None:
        """Return the user with this alias, None if there is none."""
        holders = self._by_alias.get(self.normalize_case(name), {})
        return self._find(holders, next(iter(holders), ""))

    def find_by_any_name(self, name: str) -> Iterator[tuple[str, User]]:
        """Yield each user who has this name, with its kind: ``USERNAME``, ``SUB`` or the attribute of an alias."""
        folded = self.normalize_case(name)
        if folded in self._by_username:
            yield USERNAME, self._tell(self._by_username[folded])
        if folded in self._by_sub:
            yield SUB, self._tell(self._by_sub[folded])
        for alias, holder in self._by_alias.get(folded, {}).items():
            yield alias, self._tell(holder)

    def _find(self, users: Mapping[str, User], name: str) -> User | None:
        user = users.get(name)
        return user if user is None else self._tell(user)

    def _tell(self, user: User) -> User:
        if self.watcher is not None:
            self.watcher(user)
        return user

    def read(self, sub: str) -> User | None:
        """Return the user with this sub, None if there is none. The user must not be changed."""
        return self._by_sub.get(sub)

    def read_matching(
        self, name: str, value: str, *, is_prefix: bool, after: Place | None, count: int
    ) -> list[tuple[Place, User]]:
        """Return the first ``count`` users with a value, in the order of values, each with their place.

        The first call for a name makes an index, which goes through all users.

        Args:
            name: ``USERNAME``, ``SUB``, ``USER_STATUS``, ``STATUS`` or the name of an attribute.
            value: what to look for.
            is_prefix: whether values that only begin with it are meant too.
            after: the last place that was read; None to begin.
            count: how many users to return.
        """
        if name not in self._indexes:
            everyone = self.all.read_after(None, len(self.all))
            self._indexes[name] = ValueIndex(lambda user: self._read_value(user, name), everyone)
        places = self._indexes[name].find(self._fold(name, value), is_prefix=is_prefix, after=after, count=count)
        return [(place, self.all.get(place[1])) for place in places]

    def _read_value(self, user: User, name: str) -> str | None:
        value = OTHER_VALUES[name](user) if name in OTHER_VALUES else user.attributes.get(name)
        return self._fold(name, value) if value else None

    def _fold(self, name: str, value: str) -> str:
        """Return a value in the form in which filters compare it."""
        if name in COMPARED_AS_NAMES:
            return self.normalize_case(value)
        return value.lower() if name == USER_STATUS else value

    @contextmanager
    def _reindex(self, user: User, names: Collection[str]) -> Iterator[None]:
        """Keep the indexes of these names right while values of a user change."""
        indexes = [self._indexes[name] for name in names if name in self._indexes and self.has(user)]
        for index in indexes:
            index.remove(user, self.all.number_of(user))
        yield
        for index in indexes:
            index.add(user, self.all.number_of(user))

    def iterate_aliases(self, given: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """Yield the attribute and the value of each alias of a user who has the given attributes."""
        for alias in self._names:
            value = given.get(alias)
            if value and (not self.needs_verification(alias) or is_verified(given, alias)):
                yield alias, value

    def needs_verification(self, alias: str) -> bool:
        """Return whether an alias is valid only if it is verified. Names that replace usernames are valid without."""
        return alias in CONTACT_MEDIUMS and alias not in self._username_attributes

    def _add_aliases(self, user: User) -> None:
        for alias, value in self.iterate_aliases(user.attributes):
            self._by_alias.setdefault(self.normalize_case(value), {})[alias] = user

    def _remove_aliases(self, user: User) -> None:
        for alias, value in self.iterate_aliases(user.attributes):
            holders = self._by_alias[self.normalize_case(value)]
            del holders[alias]
            if not holders:
                del self._by_alias[self.normalize_case(value)]
