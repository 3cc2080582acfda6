"""The service model: checks of requests, replies and errors, and the register of operations."""

from typing import Any

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel as BotocoreModel

from authflow.emulator import EmulatorBug, ServiceError, _errors
from authflow.emulator._auth.auth_flows import AUTH_FLOWS
from authflow.emulator._auth.challenges import CHALLENGE_HANDLERS
from authflow.emulator._operations import OPERATIONS
from authflow.emulator._service_model.model import ServiceModel
from tests.support.emulator.world import PASSWORD, Json, World

BOTOCORE = BotocoreModel(Loader().load_service_model("cognito-idp", "service-2"))
MODEL = ServiceModel()


def test_the_model_is_read_as_botocore_reads_it() -> None:
    for name in BOTOCORE.operation_names:
        operation = BOTOCORE.operation_model(name)
        assert name in MODEL
        assert MODEL.get_errors(name) == {shape.name for shape in operation.error_shapes}
        assert operation.input_shape is not None
        assert MODEL.get_members(operation.input_shape.name) == set(operation.input_shape.members)


def test_auth_flows_and_challenges_are_in_the_model() -> None:
    enums = {name: set(BOTOCORE.shape_for(name).enum) for name in ("AuthFlowType", "ChallengeNameType")}  # type: ignore[attr-defined]  # not in the stubs
    assert set(AUTH_FLOWS) == enums["AuthFlowType"]
    assert set(CHALLENGE_HANDLERS) <= enums["ChallengeNameType"]


def test_operations_that_are_not_emulated_name_themselves(empty: World) -> None:
    others = set(BOTOCORE.operation_names) - set(OPERATIONS)
    assert "GetProvisionedLimit" in others
    for name in others:
        assert empty.expect_refusal(name) == f"NotImplementedByEmulator: authflow's emulator does not implement {name}"


def test_operations_that_do_not_exist(empty: World) -> None:
    assert empty.expect_refusal("MakeTea") == "UnknownOperationException: MakeTea"


def test_every_operation_may_refuse_a_bad_request() -> None:
    assert all(_errors.INVALID.code in MODEL.get_errors(name) for name in OPERATIONS)


LENGTHS = "Member must have length less than or equal to 256, Member must have length greater than or equal to 0"
REFUSED = [
    ({}, "InvalidParameterException: 1 validation error detected: Value null at 'poolName' failed to satisfy "
         "constraint: Member must not be null"),
    ({"PoolName": None}, "Member must not be null"),
    ({"PoolName": 1}, "SerializationException: 1 validation error detected: Value at 'poolName' failed to satisfy "
                      "constraint: Member must be a string"),
    ({"PoolName": "x" * 129}, f"Value '{'x' * 129}' at 'poolName' failed to satisfy constraint: "
                              "Member must have length less than or equal to 128"),
    ({"PoolName": "a/b"}, "Value 'a/b' at 'poolName' failed to satisfy constraint: "
                          "Member must satisfy regular expression pattern: [\\w\\s+=,.@-]+"),
    ({"PoolName": "people\x00"}, "regular expression"),
    ({"PoolName": "\ud800"}, "SerializationException"),
    ({"PoolName": "p", "Teapot": 1}, "Value at 'teapot' failed to satisfy constraint: Member must be a known member"),
    ({"PoolName": "p", "MfaConfiguration": "SOMETIMES"}, "Value 'SOMETIMES' at 'mfaConfiguration' failed to satisfy "
                                                         "constraint: Member must satisfy enum value set: [OFF, ON, "),
    ({"PoolName": "p", "Policies": []}, "SerializationException"),
    ({"PoolName": "p", "Policies": {"PasswordPolicy": {"MinimumLength": 5}}},
     "Value '5' at 'policies.passwordPolicy.minimumLength' failed to satisfy constraint: "
     "Member must have value greater than or equal to 6"),
    ({"PoolName": "p", "Policies": {"PasswordPolicy": {"MinimumLength": 100}}}, "less than or equal to 99"),
    ({"PoolName": "p", "Policies": {"PasswordPolicy": {"MinimumLength": True}}}, "be an integer"),
    ({"PoolName": "p", "Policies": {"PasswordPolicy": {"MinimumLength": 8.5}}}, "be an integer"),
    ({"PoolName": "p", "UsernameConfiguration": {}}, "Value null at 'usernameConfiguration.caseSensitive'"),
    ({"PoolName": "p", "UsernameConfiguration": {"CaseSensitive": "yes"}}, "be a boolean"),
    ({"PoolName": "p", "AliasAttributes": "email"}, "be a list"),
    ({"PoolName": "p", "AliasAttributes": ["email", "shoe_size"]},
     "Value '[email, shoe_size]' at 'aliasAttributes' failed to satisfy constraint: Member must satisfy constraint: "
     "[Member must satisfy enum value set: [phone_number, email, preferred_username]]"),
    ({"PoolName": "p", "Schema": []}, "Member must have length greater than or equal to 1"),
    ({"PoolName": "p", "Schema": [{"Name": "x" * 21}]}, "at 'schema.1.member.name' failed to satisfy constraint: "
                                                        "Member must have length less than or equal to 20"),
    ({"PoolName": "p", "UserPoolTags": ["a"]}, "be a map"),
    ({"PoolName": "p", "UserPoolTags": {"a": 1}}, "Value at 'userPoolTags.a'"),
    ({"PoolName": "p", "UserPoolTags": {"a": "x" * 257}}, "Value '{a=" + "x" * 257 + "}' at 'userPoolTags' failed to "
     f"satisfy constraint: Map value must satisfy constraint: [{LENGTHS}]"),
    ({"PoolName": "p", "UserPoolTags": {"": "x"}}, "Value '{=x}' at 'userPoolTags' failed to satisfy constraint: "
                                                   "Map keys must satisfy constraint: ["),
]  # fmt: skip


@pytest.mark.parametrize(("params", "expected"), REFUSED, ids=[expected[-40:] for _, expected in REFUSED])
def test_validation(empty: World, params: Json, expected: str) -> None:
    assert expected in empty.expect_refusal("CreateUserPool", **params)


def test_all_problems_are_told_at_once(empty: World) -> None:
    """As recorded from the service: https://github.com/amazon-archives/amazon-cognito-identity-js/issues/388."""
    pattern = "[\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+"
    refusal = empty.expect_refusal("AdminGetUser", UserPoolId="bad", Username="")
    assert refusal == (
        "InvalidParameterException: 3 validation errors detected: "
        "Value 'bad' at 'userPoolId' failed to satisfy constraint: Member must satisfy regular expression pattern: "
        "[\\w-]+_[0-9a-zA-Z]+; "
        "Value at 'username' failed to satisfy constraint: Member must have length greater than or equal to 1; "
        f"Value at 'username' failed to satisfy constraint: Member must satisfy regular expression pattern: {pattern}"
    )


def test_a_value_of_the_wrong_type_is_told_alone(empty: World) -> None:
    refusal = empty.expect_refusal("AdminGetUser", UserPoolId="bad", Username=5)
    assert refusal.startswith("SerializationException: 1 validation error detected: Value at 'username' failed")


@pytest.mark.parametrize(
    ("operation", "member"), [("AdminSetUserPassword", "Password"), ("GetUser", "AccessToken"), ("SignUp", "ClientId")]
)
def test_missing_sensitive_members(empty: World, operation: str, member: str) -> None:
    path = member[0].lower() + member[1:]
    assert f"Value at '{path}' failed to satisfy constraint: Member must not be null" in empty.expect_refusal(operation)


def test_sensitive_parts_hide_the_whole_value(world: World) -> None:
    refusal = world.expect_refusal(
        "InitiateAuth", ClientId=world.client_id, AuthFlow="tea", AuthParameters={"PASSWORD": "hunter2"}
    )
    assert refusal.startswith("InvalidParameterException: 1 validation error detected: Value 'tea' at 'authFlow'")
    long = [{"Name": "name", "Value": "hunter2" * 400}]
    refusal = world.expect_refusal(
        "AdminUpdateUserAttributes", UserPoolId=world.pool_id, Username="ada", UserAttributes=long
    )
    assert "Value at 'userAttributes.1.member.value' failed to satisfy constraint: Member must have length" in refusal
    assert "hunter2" not in refusal


def test_a_request_must_be_a_structure(empty: World) -> None:
    with pytest.raises(ServiceError, match="SerializationException"):
        empty.emulator.call("CreateUserPool", ["PoolName"])  # type: ignore[arg-type]  # wrong on purpose


def test_refusals_do_not_repeat_what_was_sent(world: World) -> None:
    secret = "hunter2 " * 40
    refusal = world.expect_refusal("AdminSetUserPassword", UserPoolId=world.pool_id, Username="ada", Password=secret)
    assert "hunter2" not in refusal


def test_usernames_in_any_script(world: World) -> None:
    for name in ("ада", "愛", "नमस्ते", "a\u0301", "🦊", "ada:lovelace"):
        assert world.make_user(name) == name
    refusal = world.expect_refusal("AdminCreateUser", UserPoolId=world.pool_id, Username="with space")
    assert "regular expression" in refusal


def test_callers_share_nothing_with_the_service(empty: World) -> None:
    request: dict[str, Any] = {"PoolName": "people", "AliasAttributes": ["email"]}
    first = empty.emulator.call("CreateUserPool", request)["UserPool"]
    request["AliasAttributes"].append("phone_number")
    first["AliasAttributes"].append("preferred_username")
    first["Policies"]["PasswordPolicy"]["MinimumLength"] = 1
    again = empty.call("DescribeUserPool", UserPoolId=first["Id"])["UserPool"]
    assert again["AliasAttributes"] == ["email"]
    assert again["Policies"]["PasswordPolicy"]["MinimumLength"] == 8


def test_timestamps_are_seconds() -> None:
    replied = MODEL.check_reply("AdminGetUser", {"Username": "a", "UserCreateDate": 1_700_000_000.5})
    assert replied["UserCreateDate"] == 1_700_000_000.5
    with pytest.raises(EmulatorBug, match="be a timestamp"):
        MODEL.check_reply("AdminGetUser", {"Username": "a", "UserCreateDate": "now"})


@pytest.mark.parametrize("reply", [{"Teapot": 1}, {"UserStatus": "MAYBE"}, {"Enabled": 1}])
def test_replies_that_are_not_declared_are_bugs(reply: Json) -> None:
    with pytest.raises(EmulatorBug, match="AdminGetUser made a reply that its model does not declare"):
        MODEL.check_reply("AdminGetUser", reply)


def test_unknown_members_can_be_dropped() -> None:
    params = {"PoolName": "p", "Tea": 1, "Policies": {"PasswordPolicy": {"Pot": 2}, "Cup": 3}, "Schema": [{"Milk": 4}]}
    known, unknown = MODEL.drop_unknown_members("CreateUserPool", params)
    assert known == {"PoolName": "p", "Policies": {"PasswordPolicy": {}}, "Schema": [{}]}
    assert unknown == ["Tea", "Cup", "Pot", "Milk"]
    wrong = {"PoolName": 1, "Policies": [], "Schema": {}}
    assert MODEL.drop_unknown_members("CreateUserPool", wrong) == (wrong, [])


DOCUMENT: Json = {"id": "a", "response": {"transports": ["usb", None], "number": 1.5, "flag": True}}


def test_documents_have_any_form() -> None:
    params = {"AccessToken": "a.b.c", "Credential": DOCUMENT}
    copied = MODEL.check_request("CompleteWebAuthnRegistration", params)["Credential"]
    assert copied == DOCUMENT
    assert copied is not DOCUMENT
    assert copied["response"] is not DOCUMENT["response"]
    assert MODEL.drop_unknown_members("CompleteWebAuthnRegistration", params) == (params, [])
    assert MODEL.make_json_schema("CompleteWebAuthnRegistration")["properties"]["Credential"] == {}


def nest(depth: int) -> Any:
    return [nest(depth - 1)] if depth else "x"


@pytest.mark.parametrize("document", [b"x", {1: 2}, [{"a": {1}}], "\ud800", {"\ud800": 1}, nest(33)])
def test_documents_that_are_no_json(document: Any) -> None:
    params = {"AccessToken": "a.b.c", "Credential": document}
    with pytest.raises(
        ServiceError, match="SerializationException: 1 validation error detected: Value at 'credential'"
    ):
        MODEL.check_request("CompleteWebAuthnRegistration", params)
    MODEL.check_request("CompleteWebAuthnRegistration", {**params, "Credential": nest(32)})


def test_operations_without_a_reply() -> None:
    assert MODEL.check_reply("DeleteUserPool", {}) == {}


def test_failures_of_an_operation_are_bugs(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> Json:
        raise KeyError("x")

    monkeypatch.setattr("authflow.emulator._emulator.OPERATIONS", {"RevokeToken": fail})
    with pytest.raises(EmulatorBug, match="RevokeToken failed with KeyError") as caught:
        world.call("RevokeToken", ClientId="x", Token="x")
    assert isinstance(caught.value.__cause__, KeyError)


def test_errors_that_are_not_declared_are_bugs(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> Json:
        raise _errors.WRONG_PASSWORD()

    monkeypatch.setattr("authflow.emulator._emulator.OPERATIONS", {"RevokeToken": refuse})
    with pytest.raises(EmulatorBug, match="RevokeToken raised NotAuthorizedException, which its model does not"):
        world.call("RevokeToken", ClientId="x", Token="x")


@pytest.mark.parametrize("operation", OPERATIONS)
def test_only_declared_errors_whatever_is_wrong(world: World, operation: str) -> None:
    """Replace each member of a plausible request by a wrong value. An undeclared error would raise EmulatorBug."""
    tokens = world.make_client().get_tokens()
    plausible: Json = {
        "PoolName": "p",
        "UserPoolId": world.pool_id,
        "ClientId": world.client_id,
        "ClientName": "c",
        "Username": "ada",
        "Password": PASSWORD,
        "AuthFlow": "USER_PASSWORD_AUTH" if operation == "InitiateAuth" else "ADMIN_USER_PASSWORD_AUTH",
        "AuthParameters": {"USERNAME": "ada", "PASSWORD": PASSWORD},
        "ChallengeName": "NEW_PASSWORD_REQUIRED",
        "ChallengeResponses": {"USERNAME": "ada", "NEW_PASSWORD": PASSWORD},
        "Session": "x" * 20,
        "ConfirmationCode": "123456",
        "UserCode": "123456",
        "UserAttributes": [{"Name": "name", "Value": "Ada"}],
        "MfaConfiguration": "ON",
        "SMSMfaSettings": {"Enabled": True},
        "AccessToken": tokens["AccessToken"],
        "RefreshToken": tokens["RefreshToken"],
        "Token": tokens["RefreshToken"],
        "SecretHash": "x",
        "ClientSecret": "x" * 24,
    }
    shape = BOTOCORE.operation_model(operation).input_shape
    assert shape is not None
    request = {name: value for name, value in plausible.items() if name in shape.members}
    wrong: dict[str, list[Any]] = {name: [None, 1, "x" * 20, {"x": "y"}] for name in request}
    wrong["UserPoolId"], wrong["ClientId"], wrong["Username"] = ["eu-west-1_none"], ["none"], ["nobody"]
    declared = MODEL.get_errors(operation) | {"SerializationException"}
    for name, values in wrong.items():
        for value in values:
            try:
                world.call(operation, **{**request, name: value} if name in shape.members else request)
            except ServiceError as error:
                assert error.code in declared  # noqa: PT017 - no error is right too


def test_repr_of_records_contains_no_secret(world: World) -> None:
    secretive = world.make_client(GenerateSecret=True)
    service = world.emulator._service
    client = service.clients[secretive.client_id]
    user = client.pool.users.find_by_username("ada")
    assert secretive.secret
    assert secretive.secret not in repr(client)
    assert user is not None
    shown = repr(user) + repr(user.password) + repr(client.pool)
    assert str(user.password.verifier) not in shown
    assert str(user.password.salted_hash) not in shown
    assert f"{user.password.salt:x}" not in repr(user)
    assert "ada@example.com" not in repr(user)
