"""The users of a pool by their names, against a search through all of them."""

import ast
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

import authflow.emulator
from authflow.emulator._crypto.entropy import Entropy
from authflow.emulator._crypto.passwords import StoredPassword
from authflow.emulator._records.directory import Directory
from authflow.emulator._records.user import Status, User

NOW = datetime(2026, 11, 7, tzinfo=UTC)
VALUES = ("ada", "Ada", "grace", "")
KINDS = ("email", "phone_number", "preferred_username")
STATUSES = (Status.CONFIRMED, Status.UNCONFIRMED, Status.RESET_REQUIRED)
SEARCHED = ("email", "phone_number", "username", "sub", "status", "cognito:user_status")


class DirectoryMachine(RuleBasedStateMachine):
    """Adds, changes and removes users whose names collide in every way that a pool permits."""

    @initialize(names=st.sets(st.sampled_from(KINDS)), instead=st.booleans(), case=st.booleans())
    def make(self, names: set[str], instead: bool, case: bool) -> None:
        chosen = frozenset(names - {"preferred_username"} if instead else names)
        self.instead = chosen if instead else frozenset[str]()
        self.aliases = frozenset[str]() if instead else chosen
        self.case = case
        self.directory = Directory(self.instead, self.aliases, is_case_sensitive=case)
        self.users: list[User] = []

    def fold(self, name: str) -> str:
        return name if self.case else name.lower()

    def names_of(self, user: User) -> set[tuple[str, str]]:
        """What a user can be found by, worked out anew."""
        given = user.attributes
        valid = {
            kind
            for kind in self.instead | self.aliases
            if given.get(kind)
            and (kind in self.instead or kind == "preferred_username" or given.get(f"{kind}_verified") == "true")
        }
        aliases = {(kind, self.fold(given[kind])) for kind in valid}
        return {("username", self.fold(user.username)), ("sub", user.sub), *aliases}

    def is_free(self, user: User, name: str) -> bool:
        taken = {taken for other in self.users if other is not user for _, taken in self.names_of(other)}
        return self.fold(name) not in taken

    @staticmethod
    def make_user(name: str, given: dict[str, str]) -> User:
        unset = StoredPassword.create_unset(Entropy(1))
        return User(name, f"sub-{name}", given, Status.CONFIRMED, unset, created=NOW, modified=NOW)

    attributes = st.fixed_dictionaries(
        {
            **dict.fromkeys(KINDS, st.sampled_from(VALUES)),
            "email_verified": st.sampled_from(["true", "false"]),
            "phone_number_verified": st.sampled_from(["true", "false"]),
        }
    )

    @rule(name=st.sampled_from(["ada", "Ada", "bob", "Carl"]), given=attributes)
    def add(self, name: str, given: dict[str, str]) -> None:
        user = self.make_user(name, given)
        if all(self.is_free(user, name) for _, name in self.names_of(user)):
            self.directory.add(user)
            self.users.append(user)

    @rule(choice=st.integers(0, 5), given=attributes)
    def change(self, choice: int, given: dict[str, str]) -> None:
        if self.users:
            user = self.users[choice % len(self.users)]
            changed = self.make_user(user.username, given)
            if all(self.is_free(user, name) for _, name in self.names_of(changed)):
                self.directory.set_attributes(user, given)

    @rule(choice=st.integers(0, 5))
    def remove(self, choice: int) -> None:
        if self.users:
            self.directory.remove(self.users.pop(choice % len(self.users)))

    @rule(choice=st.integers(0, 5), status=st.sampled_from(STATUSES), enabled=st.booleans())
    def change_status(self, choice: int, status: Status, *, enabled: bool) -> None:
        if self.users:
            user = self.users[choice % len(self.users)]
            self.directory.set_status(user, status)
            self.directory.set_enabled(user, enabled=enabled)

    def read(self, user: User, name: str) -> str:
        """Return a value of a user as filters compare it."""
        values = {"username": user.username, "sub": user.sub, **user.attributes}
        values["status"] = "Enabled" if user.enabled else "Disabled"
        values["cognito:user_status"] = user.status.lower()
        return self.fold(values.get(name, "")) if name in {"username", "email"} else values.get(name, "")

    @rule(name=st.sampled_from(SEARCHED), choice=st.integers(0, 5), cut=st.integers(0, 12), size=st.integers(1, 3))
    def search(self, name: str, choice: int, cut: int, size: int) -> None:
        """Read all pages of those who have a value that somebody has, or one that begins like it."""
        if not self.users:
            return
        whole = self.read(self.users[choice % len(self.users)], name)
        is_prefix, value = cut < len(whole), whole[:cut]
        expected = [
            user
            for user in self.users
            if (found := self.read(user, name)) and (found.startswith(value) if is_prefix else found == value)
        ]
        listed: list[User] = []
        place = None
        while page := self.directory.read_matching(name, value, is_prefix=is_prefix, after=place, count=size):
            listed += [user for _, user in page]
            place = page[-1][0]
        assert listed == sorted(expected, key=lambda user: self.read(user, name))

    @invariant()
    def finds_the_same(self) -> None:
        if not hasattr(self, "users"):
            return
        assert list(self.directory.all) == self.users
        for name in {*VALUES, "bob", "Carl", "sub-ada", "sub-Ada"} - {""}:
            expected = {
                (kind, user.sub)
                for user in self.users
                for kind, found in self.names_of(user)
                if found == self.fold(name)
            }
            assert {(kind, user.sub) for kind, user in self.directory.find_by_any_name(name)} == expected
            by_name = self.directory.find_by_username(name)
            assert (by_name is not None) == any(kind == "username" for kind, _ in expected)
            by_alias = self.directory.find_by_alias(name)
            assert (by_alias is not None) == any(kind in KINDS for kind, _ in expected)


TestDirectory = DirectoryMachine.TestCase


def list_assigned(code: str) -> list[str]:
    """Return what code assigns to attributes whose values the directory finds users by, of whatever but itself."""
    targets = [
        part
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        for part in ast.walk(target)
    ]
    assigned = [part for part in targets if isinstance(part, ast.Attribute) and part.attr in {"status", "enabled"}]
    return [ast.unparse(part) for part in assigned if ast.unparse(part.value) not in {"self", "job"}]


def test_only_the_directory_changes_a_status() -> None:
    """Otherwise a user would not be found by it."""
    root = Path(authflow.emulator.__file__).parent
    assigning = {
        f"{path.relative_to(root)}: {name}" for path in root.rglob("*.py") for name in list_assigned(path.read_text())
    }
    assert assigning == {"_records/directory.py: user.status", "_records/directory.py: user.enabled"}


@pytest.mark.parametrize(
    "code", ["user.status = 1", "a, user.status = 1, 2", "x.enabled |= True", "u.enabled: bool = 1"]
)
def test_assignments_are_noticed(code: str) -> None:
    assert len(list_assigned(code)) == 1


def test_a_user_who_is_not_in_the_pool_has_a_status_too() -> None:
    directory = Directory(frozenset(), frozenset(), is_case_sensitive=True)
    member, stranger = (DirectoryMachine.make_user(name, {}) for name in ("ada", "bob"))
    directory.add(member)

    def find_all() -> list[User]:
        found = directory.read_matching("cognito:user_status", "", is_prefix=True, after=None, count=9)
        return [user for _, user in found]

    assert find_all() == [member]
    directory.set_status(stranger, Status.UNCONFIRMED)
    directory.set_enabled(stranger, enabled=False)
    assert (stranger.status, stranger.enabled) == (Status.UNCONFIRMED, False)
    assert find_all() == [member]
