"""The users of a pool by their names, against a search through all of them."""

from datetime import UTC, datetime

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from authflow.emulator._crypto.entropy import Entropy
from authflow.emulator._crypto.passwords import StoredPassword
from authflow.emulator._records.directory import Directory
from authflow.emulator._records.user import Status, User

NOW = datetime(2026, 11, 7, tzinfo=UTC)
VALUES = ("ada", "Ada", "grace", "")
KINDS = ("email", "phone_number", "preferred_username")


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
