"""Pools, users, groups and lists, against a model that goes through everything."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from authflow.emulator import Emulator, ServiceError
from tests.support.emulator.world import Clock, World

USERNAMES = st.sampled_from(["ada", "Ada", "bob", "carl", "dora"])
EMAILS = st.sampled_from(["ada@example.com", "Ada@example.com", "bob@example.org", ""])
NAMES = st.sampled_from(["Ada", "ada", 'Bo "b"', "Al\\an", "A"])
GROUPS = st.sampled_from(["admins", "Admins", "staff", "readers"])
MAX_POOLS = 4
LIMITS = st.integers(1, 3)
VERIFIED = st.sampled_from(["true", "false"])
FILTERS = st.tuples(st.sampled_from(["username", "email", "name", "sub"]), st.booleans())


@dataclass
class Person:
    """A user of the model."""

    sub: str
    attributes: dict[str, str]
    enabled: bool = True


@dataclass
class Walk:
    """A list that is being read, page by page, while things change."""

    operation: str
    params: dict[str, Any]
    token: str | None
    found: list[str] = field(default_factory=list)
    #: what has been there since the beginning
    lasting: set[str] = field(default_factory=set)


class PeopleMachine(RuleBasedStateMachine):
    """Requests of an administrator, and the same done to dictionaries."""

    @initialize(case=st.booleans(), aliases=st.booleans())
    def make(self, case: bool, aliases: bool) -> None:
        clock = Clock()
        settings: dict[str, Any] = {"UsernameConfiguration": {"CaseSensitive": case}}
        if aliases:
            settings["AliasAttributes"] = ["email"]
        self.world = World(Emulator(clock, seed=1), clock, "", "").make_pool(**settings)
        self.case, self.aliases = case, aliases
        self.people: dict[str, Person] = {}
        self.groups: dict[str, list[str]] = {}
        self.walks: list[Walk] = []
        self.pools = [self.world.pool_id]

    def fold(self, name: str) -> str:
        return name if self.case else name.lower()

    def call(self, operation: str, **params: object) -> dict[str, Any]:
        return self.world.call(operation, UserPoolId=self.world.pool_id, **params)

    def succeeds(self, operation: str, **params: object) -> bool:
        try:
            self.call(operation, **params)
        except ServiceError:
            return False
        return True

    def find(self, name: str) -> str | None:
        """Return the username of whoever has this name."""
        for username, person in self.people.items():
            if self.fold(name) == username or name == person.sub:
                return username
        for username, person in self.people.items():
            email = person.attributes.get("email")
            verified = person.attributes.get("email_verified") == "true"
            if self.aliases and verified and email and self.fold(email) == self.fold(name):
                return username
        return None

    def read_all(self, operation: str, member: str, limit: int, **params: object) -> Iterator[dict[str, Any]]:
        token_name = "PaginationToken" if operation == "ListUsers" else "NextToken"
        token: dict[str, str] = {}
        while True:
            reply = self.call(operation, Limit=limit, **params, **token)
            assert len(reply[member]) <= limit
            yield from reply[member]
            if token_name not in reply:
                return
            token = {token_name: reply[token_name]}

    # --- pools

    @precondition(lambda self: len(self.pools) < MAX_POOLS)
    @rule()
    def create_pool(self) -> None:
        self.pools.append(self.world.call("CreateUserPool", PoolName="people")["UserPool"]["Id"])

    @precondition(lambda self: len(self.pools) > 1)
    @rule(choice=st.integers(1, MAX_POOLS))
    def delete_pool(self, choice: int) -> None:
        pool = self.pools.pop(1 + choice % (len(self.pools) - 1))
        self.world.call("DeleteUserPool", UserPoolId=pool)
        refusal = self.world.expect_refusal("ListUsers", UserPoolId=pool)
        assert refusal == f"ResourceNotFoundException: User pool {pool} does not exist."

    @rule(limit=LIMITS)
    def list_pools(self, limit: int) -> None:
        listed: list[str] = []
        token: dict[str, str] = {}
        for _ in range(0, len(self.pools), limit):
            reply = self.world.call("ListUserPools", MaxResults=limit, **token)
            listed += [pool["Id"] for pool in reply["UserPools"]]
            token = {"NextToken": reply["NextToken"]} if "NextToken" in reply else {}
        assert listed == self.pools
        assert not token
        for pool in self.pools[1:]:
            assert not self.world.call("ListUsers", UserPoolId=pool)["Users"]

    # --- users

    @rule(name=USERNAMES, email=EMAILS, verified=VERIFIED, given=NAMES)
    def create(self, name: str, email: str, verified: str, given: str) -> None:
        attributes = {"name": given, **({"email": email, "email_verified": verified} if email else {})}
        listed = [{"Name": key, "Value": value} for key, value in attributes.items()]
        taken = self.find(name) or (self.aliases and email and verified == "true" and self.find(email))
        assert self.succeeds("AdminCreateUser", Username=name, UserAttributes=listed) is not bool(taken)
        if not taken:
            sub = self.call("AdminGetUser", Username=name)["UserAttributes"]
            attributes["email"] = self.fold(email)
            self.people[self.fold(name)] = Person(
                next(entry["Value"] for entry in sub if entry["Name"] == "sub"),
                {key: value for key, value in attributes.items() if value},
            )

    @rule(name=USERNAMES, given=NAMES)
    def rename(self, name: str, given: str) -> None:
        entry = [{"Name": "name", "Value": given}]
        username = self.find(name)
        assert self.succeeds("AdminUpdateUserAttributes", Username=name, UserAttributes=entry) is (username is not None)
        if username:
            self.people[username].attributes["name"] = given

    @rule(name=USERNAMES)
    def delete(self, name: str) -> None:
        username = self.find(name)
        assert self.succeeds("AdminDeleteUser", Username=name) is (username is not None)
        if username:
            sub = self.people.pop(username).sub
            for members in self.groups.values():
                if username in members:
                    members.remove(username)
            for walk in self.walks:
                walk.lasting.discard(sub)

    @rule(name=USERNAMES)
    def disable(self, name: str) -> None:
        if username := self.find(name):
            self.call("AdminDisableUser", Username=name)
            self.people[username].enabled = False

    # --- groups

    def find_group(self, name: str) -> str | None:
        return next((group for group in self.groups if group.lower() == name.lower()), None)

    @rule(name=GROUPS)
    def create_group(self, name: str) -> None:
        taken = self.find_group(name)
        assert self.succeeds("CreateGroup", GroupName=name) is (taken is None)
        if taken is None:
            self.groups[name] = []

    @rule(name=GROUPS)
    def delete_group(self, name: str) -> None:
        if name in self.groups:
            self.call("DeleteGroup", GroupName=name)
            del self.groups[name]

    @rule(name=USERNAMES, group=GROUPS)
    def join(self, name: str, group: str) -> None:
        username = self.find(name)
        if group in self.groups and username:
            self.call("AdminAddUserToGroup", GroupName=group, Username=name)
            if username not in self.groups[group]:
                self.groups[group].append(username)
        elif self.find_group(group) is None or username is None:
            assert not self.succeeds("AdminAddUserToGroup", GroupName=group, Username=name)

    @rule(name=USERNAMES, group=GROUPS)
    def leave(self, name: str, group: str) -> None:
        username = self.find(name)
        if group in self.groups and username:
            self.call("AdminRemoveUserFromGroup", GroupName=group, Username=name)
            if username in self.groups[group]:
                self.groups[group].remove(username)

    # --- lists

    @rule(limit=LIMITS)
    def start_walk(self, limit: int) -> None:
        self.walks = [
            *self.walks[-1:],
            Walk("ListUsers", {"Limit": limit}, None, [], {p.sub for p in self.people.values()}),
        ]

    @rule(choice=st.integers(0, 1))
    def go_on(self, choice: int) -> None:
        if not self.walks:
            return
        walk = self.walks[choice % len(self.walks)]
        token = {"PaginationToken": walk.token} if walk.token else {}
        reply = self.call(walk.operation, **walk.params, **token)
        walk.found += [
            entry["Value"] for user in reply["Users"] for entry in user["Attributes"] if entry["Name"] == "sub"
        ]
        assert len(walk.found) == len(set(walk.found)), "nobody is listed twice"
        walk.token = reply.get("PaginationToken")
        if walk.token is None:
            assert walk.lasting <= set(walk.found), "nobody who was there all the time is missing"
            self.walks.remove(walk)

    @rule(wanted=FILTERS, name=USERNAMES, email=EMAILS, given=NAMES, cut=st.integers(0, 3), limit=LIMITS)
    def filter(self, wanted: tuple[str, bool], name: str, email: str, given: str, cut: int, limit: int) -> None:
        attribute, prefix = wanted
        subs = [person.sub for person in self.people.values()] or ["none"]
        value = {"username": name, "email": email or "x", "name": given, "sub": subs[cut % len(subs)]}[attribute]
        value = value[: cut + 1] if prefix else value
        quoted = value.replace("\\", "\\\\").replace('"', '\\"')
        users = self.read_all("ListUsers", "Users", limit, Filter=f'{attribute} {"^=" if prefix else "="} "{quoted}"')

        def read(username: str, person: Person) -> str:
            return {"username": username, "sub": person.sub, **person.attributes}.get(attribute, "")

        folds = attribute in {"username", "email"}
        needle = self.fold(value) if folds else value
        expected = {
            username
            for username, person in self.people.items()
            if (found := self.fold(read(username, person)) if folds else read(username, person))
            and (found.startswith(needle) if prefix else found == needle)
        }
        listed = [user["Username"] for user in users]
        assert sorted(listed) == sorted(expected)

    @rule(limit=LIMITS, enabled=st.booleans())
    def filter_by_status(self, limit: int, enabled: bool) -> None:
        status = "Enabled" if enabled else "Disabled"
        listed = [
            user["Username"] for user in self.read_all("ListUsers", "Users", limit, Filter=f'status = "{status}"')
        ]
        assert sorted(listed) == sorted(name for name, person in self.people.items() if person.enabled is enabled)

    @rule(limit=LIMITS)
    def list_everything(self, limit: int) -> None:
        assert [user["Username"] for user in self.read_all("ListUsers", "Users", limit)] == list(self.people)
        groups = [group["GroupName"] for group in self.read_all("ListGroups", "Groups", limit)]
        assert sorted(groups) == sorted(self.groups)
        for group, members in self.groups.items():
            users = self.read_all("ListUsersInGroup", "Users", limit, GroupName=group)
            assert sorted(user["Username"] for user in users) == sorted(members)
        for username in self.people:
            of_user = self.read_all("AdminListGroupsForUser", "Groups", limit, Username=username)
            expected = [group for group, members in self.groups.items() if username in members]
            assert sorted(group["GroupName"] for group in of_user) == sorted(expected)

    @rule(name=USERNAMES | EMAILS.filter(bool))
    def look_up(self, name: str) -> None:
        username = self.find(name)
        if username:
            assert self.call("AdminGetUser", Username=name)["Username"] == username
        else:
            refusal = self.world.expect_refusal("AdminGetUser", UserPoolId=self.world.pool_id, Username=name)
            assert refusal == "UserNotFoundException: User does not exist."

    @invariant()
    def counts(self) -> None:
        if hasattr(self, "people"):
            described = self.call("DescribeUserPool")["UserPool"]
            assert described["EstimatedNumberOfUsers"] == len(self.people)


TestPeople = PeopleMachine.TestCase
