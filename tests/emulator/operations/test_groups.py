import pytest

from authflow.emulator import Settings
from authflow.emulator._operations import groups
from tests.support.emulator.tokens import read_claims
from tests.support.emulator.world import Clock, Json, World, make_with_settings

ROLE = "arn:aws:iam::123456789012:role/{}"


def create(world: World, name: str, **settings: object) -> Json:
    group: Json = world.call("CreateGroup", UserPoolId=world.pool_id, GroupName=name, **settings)["Group"]
    return group


def call(world: World, operation: str, name: str, **params: object) -> Json:
    return world.call(operation, UserPoolId=world.pool_id, GroupName=name, **params)


def refuse(world: World, operation: str, name: str, **params: object) -> str:
    return world.expect_refusal(operation, UserPoolId=world.pool_id, GroupName=name, **params)


def join(world: World, *names: str, user: str = "ada") -> None:
    for name in names:
        call(world, "AdminAddUserToGroup", name, Username=user)


def list_members(world: World, name: str) -> list[str]:
    return [user["Username"] for user in call(world, "ListUsersInGroup", name)["Users"]]


def list_groups_of(world: World, user: str = "ada") -> list[str]:
    return [group["GroupName"] for group in world.call_admin("AdminListGroupsForUser", user)["Groups"]]


def test_create(world: World, clock: Clock) -> None:
    given = {"Description": "They may do everything", "RoleArn": ROLE.format("admin"), "Precedence": 0}
    made = create(world, "Admins", **given)
    now = clock.now.timestamp()
    assert made == {
        "GroupName": "Admins",
        "UserPoolId": world.pool_id,
        **given,
        "LastModifiedDate": now,
        "CreationDate": now,
    }
    assert call(world, "GetGroup", "admins")["Group"] == made
    assert create(world, "others").keys() == {"GroupName", "UserPoolId", "LastModifiedDate", "CreationDate"}


def test_names_that_differ_in_case_only_are_the_same(world: World) -> None:
    create(world, "Admins")
    expected = "GroupExistsException: A group with the name already exists."
    assert refuse(world, "CreateGroup", "ADMINS") == expected


@pytest.mark.parametrize("operation", ["GetGroup", "UpdateGroup", "DeleteGroup", "ListUsersInGroup"])
def test_unknown_groups_and_pools(world: World, operation: str) -> None:
    assert refuse(world, operation, "nobodies") == "ResourceNotFoundException: Group not found."
    refusal = world.expect_refusal(operation, UserPoolId="eu-west-1_none", GroupName="nobodies")
    assert refusal == "ResourceNotFoundException: User pool eu-west-1_none does not exist."


@pytest.mark.parametrize("operation", ["AdminAddUserToGroup", "AdminRemoveUserFromGroup"])
def test_membership_needs_a_user_and_a_group(world: World, operation: str) -> None:
    create(world, "admins")
    assert refuse(world, operation, "admins", Username="nobody") == "UserNotFoundException: User does not exist."
    assert refuse(world, operation, "nobodies", Username="ada") == "ResourceNotFoundException: Group not found."
    refusal = world.expect_refusal("AdminListGroupsForUser", UserPoolId=world.pool_id, Username="nobody")
    assert refusal == "UserNotFoundException: User does not exist."


def test_update_changes_what_is_given(world: World, clock: Clock) -> None:
    made = create(world, "admins", Description="old", Precedence=3)
    clock.forward(hours=1)
    changed = call(world, "UpdateGroup", "admins", Description="new", RoleArn=ROLE.format("admin"))["Group"]
    expected = {"Description": "new", "RoleArn": ROLE.format("admin"), "LastModifiedDate": clock.now.timestamp()}
    assert changed == {**made, **expected}
    assert call(world, "UpdateGroup", "admins", Precedence=4)["Group"]["Precedence"] == 4


def test_membership(world: World) -> None:
    create(world, "admins")
    create(world, "editors")
    join(world, "editors", "admins", "admins")
    assert list_groups_of(world) == ["admins", "editors"]
    assert list_members(world, "admins") == ["ada"]
    for _ in range(2):
        call(world, "AdminRemoveUserFromGroup", "admins", Username="ada")
    assert list_groups_of(world) == ["editors"]
    assert list_members(world, "admins") == []


def test_members_are_described_like_users(world: World) -> None:
    create(world, "admins")
    join(world, "admins")
    [member] = call(world, "ListUsersInGroup", "admins")["Users"]
    described = world.call_admin("AdminGetUser", "ada")
    assert member.pop("Attributes") == described.pop("UserAttributes")
    assert member == described


def test_a_deleted_user_leaves_the_groups(world: World) -> None:
    create(world, "admins")
    join(world, "admins")
    world.call_admin("AdminDeleteUser", "ada")
    assert list_members(world, "admins") == []
    world.make_user("ada")
    assert list_groups_of(world) == []


def test_a_deleted_group_has_no_members_when_it_is_made_again(world: World) -> None:
    create(world, "admins")
    join(world, "admins")
    call(world, "DeleteGroup", "admins")
    assert list_groups_of(world) == []
    create(world, "admins")
    assert list_members(world, "admins") == []


def test_a_group_with_members_can_be_kept(empty: World) -> None:
    world = make_with_settings(empty, Settings(delete_group_with_members=False))
    create(world, "admins")
    join(world, "admins")
    assert refuse(world, "DeleteGroup", "admins") == "InvalidParameterException: The group has members"
    call(world, "AdminRemoveUserFromGroup", "admins", Username="ada")
    call(world, "DeleteGroup", "admins")


def test_roles_of_other_accounts(world: World, empty: World) -> None:
    foreign = "arn:aws:iam::999999999999:role/admin"
    assert create(world, "admins", RoleArn=foreign)["RoleArn"] == foreign
    strict = make_with_settings(empty, Settings(foreign_roles=False))
    refusal = "InvalidParameterException: Cross-account pass role is not allowed."
    assert refuse(strict, "CreateGroup", "admins", RoleArn=foreign) == refusal
    create(strict, "admins", RoleArn=ROLE.format("admin"))
    assert refuse(strict, "UpdateGroup", "admins", RoleArn=foreign) == refusal


def test_the_number_of_groups(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groups, "MAX_GROUPS", 3)
    monkeypatch.setattr(groups, "MAX_GROUPS_OF_USER", 2)
    for name in "abc":
        create(world, name)
    assert refuse(world, "CreateGroup", "d").startswith("LimitExceededException: ")
    join(world, "a", "b", "a")
    assert refuse(world, "AdminAddUserToGroup", "c", Username="ada").startswith("InvalidParameterException: ")


@pytest.mark.parametrize(
    ("operation", "member", "name"),
    [
        ("ListGroups", "Groups", "GroupName"),
        ("AdminListGroupsForUser", "Groups", "GroupName"),
        ("ListUsersInGroup", "Users", "Username"),
    ],
)
def test_pages(world: World, operation: str, member: str, name: str) -> None:
    whose = {"UserPoolId": world.pool_id}
    for number in range(5):
        create(world, f"group-{number}")
        join(world, f"group-{number}")
        world.make_user(f"user-{number}")
        join(world, "group-0", user=f"user-{number}")
    if operation == "ListUsersInGroup":
        whose["GroupName"] = "group-0"
    elif operation == "AdminListGroupsForUser":
        whose["Username"] = "ada"
    everything = [entry[name] for entry in world.call(operation, **whose)[member]]
    first = world.call(operation, **whose, Limit=2)
    second = world.call(operation, **whose, Limit=2, NextToken=first["NextToken"])
    rest = world.call(operation, **whose, NextToken=second["NextToken"])
    assert [entry[name] for page in (first, second, rest) for entry in page[member]] == everything
    assert "NextToken" not in rest
    refusal = world.expect_refusal(operation, **whose, NextToken=first["NextToken"] + "x")
    assert refusal.startswith("InvalidParameterException")


def test_groups_in_tokens(world: World) -> None:
    assert read_claims(world.get_tokens()["AccessToken"]).keys().isdisjoint({"cognito:groups", "cognito:roles"})
    create(world, "last")
    create(world, "editors", Precedence=5, RoleArn=ROLE.format("editor"))
    create(world, "admins", Precedence=1, RoleArn=ROLE.format("admin"))
    create(world, "staff", Precedence=9, RoleArn=ROLE.format("editor"))
    join(world, "last", "staff", "editors", "admins")
    tokens = world.get_tokens()
    id_claims, access_claims = (read_claims(tokens[name]) for name in ("IdToken", "AccessToken"))
    assert id_claims["cognito:groups"] == access_claims["cognito:groups"] == ["admins", "editors", "staff", "last"]
    assert id_claims["cognito:roles"] == [ROLE.format("admin"), ROLE.format("editor")]
    assert id_claims["cognito:preferred_role"] == ROLE.format("admin")
    assert access_claims.keys().isdisjoint({"cognito:roles", "cognito:preferred_role"})


@pytest.mark.parametrize(("second", "preferred"), [("admin", ROLE.format("admin")), ("editor", None)])
def test_no_role_is_preferred_if_two_have_the_same_precedence(world: World, second: str, preferred: str | None) -> None:
    create(world, "a", Precedence=1, RoleArn=ROLE.format("admin"))
    create(world, "b", Precedence=1, RoleArn=ROLE.format(second))
    join(world, "a", "b")
    assert read_claims(world.get_tokens()["IdToken"]).get("cognito:preferred_role") == preferred


def test_a_refresh_has_the_groups_of_now(world: World) -> None:
    create(world, "admins")
    refresh = {"REFRESH_TOKEN": world.get_tokens()["RefreshToken"]}
    join(world, "admins")
    assert read_claims(world.initiate("REFRESH_TOKEN_AUTH", **refresh)["AuthenticationResult"]["AccessToken"])[
        "cognito:groups"
    ] == ["admins"]


def test_the_trigger_sees_the_groups(world: World) -> None:
    create(world, "admins", Precedence=1, RoleArn=ROLE.format("admin"))
    join(world, "admins")
    seen: list[Json] = []

    def watch(event: Json) -> Json:
        seen.append(event["request"]["groupConfiguration"])
        return event

    world.emulator.triggers[world.pool_id] = {"PreTokenGeneration": watch}
    world.get_tokens()
    role = ROLE.format("admin")
    assert seen == [{"groupsToOverride": ["admins"], "iamRolesToOverride": [role], "preferredRole": role}]
