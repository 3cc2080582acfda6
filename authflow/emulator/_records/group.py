"""The groups of a user pool."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from authflow.emulator._records.series import Series

if TYPE_CHECKING:
    from authflow.emulator._records.user import User


@dataclass(slots=True, eq=False)
class Group:
    """A group.

    Attributes:
        members: the users in it, in the order in which they joined.
        precedence: the lower, the more it counts; None counts least.
        role: the ARN of the IAM role.
    """

    name: str
    created: datetime
    modified: datetime
    description: str | None = None
    role: str | None = None
    precedence: int | None = None
    members: "Series[User]" = field(default_factory=Series, repr=False)


class Groups:
    """The groups of a pool, found by name, and the memberships of its users.

    Two names that differ only in case are the same: https://github.com/aws-amplify/amplify-backend/issues/1781

    Attributes:
        watcher: called with the name of each group that is found, added or removed, in lower case. None by default.
    """

    def __init__(self) -> None:
        self.watcher: Callable[[str], None] | None = None
        self.all: Series[Group] = Series()
        self._by_name: dict[str, Group] = {}
        self._by_member: dict[User, set[Group]] = {}

    def find(self, name: str) -> Group | None:
        """Return the group with this name, None if there is none."""
        if self.watcher is not None:
            self.watcher(name.lower())
        return self._by_name.get(name.lower())

    def list_names(self) -> list[str]:
        """Return the names of all groups in lower case."""
        return list(self._by_name)

    def read(self, name: str) -> Group | None:
        """Return the group with this name in lower case, None if there is none. It must not be changed."""
        return self._by_name.get(name)

    def add(self, group: Group) -> None:
        """Add a new group."""
        self.restore(group, self.all.next)
        if self.watcher is not None:
            self.watcher(group.name.lower())

    def restore(self, group: Group, number: int) -> None:
        """Add a group that had this number, after those with lower numbers."""
        self.all.restore(group, number)
        self._by_name[group.name.lower()] = group

    def restore_member(self, user: "User", group: Group, number: int) -> None:
        """Put a user into a group, in which they had this number, after those with lower numbers."""
        group.members.restore(user, number)
        self._by_member[user] = {*self.list_of(user), group}

    def remove(self, group: Group) -> None:
        """Remove a group with its memberships, but without going through its members: they are rid of it later."""
        if self.watcher is not None:
            self.watcher(group.name.lower())
        group.members = Series()
        self.all.remove(group)
        del self._by_name[group.name.lower()]

    def join(self, user: "User", group: Group) -> None:
        """Put a user into a group. Nothing happens if they are in it."""
        if user not in group.members:
            group.members.add(user)
            self._by_member[user] = {*self.list_of(user), group}

    def leave(self, user: "User", group: Group) -> None:
        """Take a user out of a group. Nothing happens if they are not in it."""
        if user in group.members:
            group.members.remove(user)
            self._by_member[user].remove(group)
            if not self._by_member[user]:
                del self._by_member[user]

    def leave_all(self, user: "User") -> None:
        """Take a user out of all groups."""
        for group in self.list_of(user):
            group.members.remove(user)
        self._by_member.pop(user, None)

    def list_of(self, user: "User") -> list[Group]:
        """Return the groups of a user in the order in which the groups were made."""
        joined = [group for group in self._by_member.get(user, ()) if group in self.all]
        return sorted(joined, key=self.all.number_of) if joined else []

    def rank_of(self, user: "User") -> list[Group]:
        """Return the groups of a user by precedence: those that count most first, those without one last."""
        return sorted(self.list_of(user), key=lambda group: (group.precedence is None, group.precedence))

    def read_after(self, user: "User", number: int | None, count: int) -> list[tuple[int, Group]]:
        """Return the first ``count`` groups of a user after the one with this number (None: of all)."""
        numbered = [(self.all.number_of(group), group) for group in self.list_of(user)]
        later = [entry for entry in numbered if entry[0] > (number or 0)]
        return later[:count]
