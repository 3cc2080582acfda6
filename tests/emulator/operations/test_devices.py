"""Devices: new device keys, confirmation, status, lists and deletion."""

import re
from base64 import b64encode

import pytest

from authflow.emulator import Emulator, Settings
from tests.emulator.tokens.test_tokens import verify_claims
from tests.support.emulator import srp_client
from tests.support.emulator.attacks import NO_DEVICE
from tests.support.emulator.phones import Phone, confirm_phone, make_tracking_pool, sign_in_with_password
from tests.support.emulator.world import PASSWORD, Clock, Json, World

#: https://github.com/boto/boto3/issues/4059
INVALID_KEY = "InvalidParameterException: Invalid device key given."


@pytest.fixture
def tracked(empty: World) -> World:
    """A pool with ada that tracks devices and remembers them without asking."""
    return make_tracking_pool(empty)


def make_user_params(world: World) -> dict[str, str]:
    return {"AccessToken": world.get_tokens()["AccessToken"]}


def make_admin_params(world: World) -> dict[str, str]:
    return {"UserPoolId": world.pool_id, "Username": "ada"}


def get_status(device: Json) -> str:
    attributes = {entry["Name"]: entry["Value"] for entry in device["DeviceAttributes"]}
    remembered: str = attributes["dev:device_remembered_status"]
    return remembered


# --- proposing


def test_tokens_propose_a_device(tracked: World) -> None:
    result = tracked.get_tokens()
    proposed = result["NewDeviceMetadata"]
    assert re.fullmatch(r"eu-west-1_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", proposed["DeviceKey"])
    assert len(proposed["DeviceKey"]) <= 55
    assert re.fullmatch(r"-[0-9A-Za-z]{8}", proposed["DeviceGroupKey"])
    assert verify_claims(tracked, result["AccessToken"])["device_key"] == proposed["DeviceKey"]
    assert "device_key" not in verify_claims(tracked, result["IdToken"])
    assert tracked.get_tokens()["NewDeviceMetadata"] != proposed


def test_every_flow_that_devices_take_part_in_proposes(tracked: World) -> None:
    assert "NewDeviceMetadata" in tracked.sign_in_with_srp("ada")["AuthenticationResult"]
    for flow in ("ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"):
        request = tracked.make_initiate_params(flow, USERNAME="ada", PASSWORD=PASSWORD)
        reply = tracked.call("AdminInitiateAuth", UserPoolId=tracked.pool_id, **request)
        assert "NewDeviceMetadata" in reply["AuthenticationResult"]


@pytest.mark.parametrize("configuration", [None, {}])
def test_pools_that_do_not_track_propose_nothing(empty: World, configuration: Json | None) -> None:
    world = empty.make_pool(DeviceConfiguration=configuration)
    world.make_user("ada")
    result = world.get_tokens()
    assert "NewDeviceMetadata" not in result
    assert "device_key" not in verify_claims(world, result["AccessToken"])


def test_the_configuration_is_described(tracked: World) -> None:
    described = tracked.call("DescribeUserPool", UserPoolId=tracked.pool_id)["UserPool"]
    assert described["DeviceConfiguration"] == {
        "ChallengeRequiredOnNewDevice": True,
        "DeviceOnlyRememberedOnUserPrompt": False,
    }


# --- confirming


@pytest.mark.parametrize(("asks", "expected"), [(False, "remembered"), (True, "not_remembered")])
def test_confirming(empty: World, asks: bool, expected: str) -> None:
    world = make_tracking_pool(empty, asks=asks)
    result = world.get_tokens()
    phone = Phone.of(result)
    reply = world.call("ConfirmDevice", **phone.confirmation(result["AccessToken"]), DeviceName="ada's phone")
    assert reply == {"UserConfirmationNecessary": asks}
    device = world.call("GetDevice", AccessToken=result["AccessToken"], DeviceKey=phone.key)["Device"]
    now, arn = world.clock.now.timestamp(), "arn:aws:cognito-idp:eu-west-1:123456789012"
    assert device == {
        "DeviceKey": phone.key,
        "DeviceAttributes": [
            {"Name": "device_status", "Value": "valid"},
            {"Name": "device_name", "Value": "ada's phone"},
            {"Name": "dev:device_arn", "Value": f"{arn}:owner/ada.{world.pool_id}/device/{phone.key}"},
            {"Name": "dev:device_owner", "Value": f"ada.{world.pool_id}"},
            {"Name": "last_ip_used", "Value": "127.0.0.1"},
            {"Name": "dev:device_remembered_status", "Value": expected},
            {"Name": "dev:device_sdk", "Value": "aws-sdk"},
        ],
        "DeviceCreateDate": now,
        "DeviceLastModifiedDate": now,
        "DeviceLastAuthenticatedDate": now,
    }


def test_what_users_and_administrators_see_of_devices(tracked: World) -> None:
    """As recorded in the reference of the AWS CLI: ListDevices lacks the attributes that begin with dev:."""
    tracked.clock.forward(microseconds=123_456)
    confirm_phone(tracked)
    own = tracked.call("ListDevices", **make_user_params(tracked))["Devices"][0]
    shown = tracked.call("AdminListDevices", **make_admin_params(tracked))["Devices"][0]
    assert [entry["Name"] for entry in own["DeviceAttributes"]] == ["device_status", "device_name", "last_ip_used"]
    assert len(shown["DeviceAttributes"]) == 7
    assert own["DeviceLastAuthenticatedDate"] == int(own["DeviceCreateDate"])
    assert own["DeviceCreateDate"] % 1 == pytest.approx(0.123)


def test_confirming_twice(tracked: World) -> None:
    result = tracked.get_tokens()
    confirmation = Phone.of(result).confirmation(result["AccessToken"])
    tracked.call("ConfirmDevice", **confirmation)
    assert tracked.expect_refusal("ConfirmDevice", **confirmation).startswith("DeviceKeyExistsException")


def test_confirming_what_was_not_proposed(tracked: World) -> None:
    phone = Phone("eu-west-1_00000000-0000-4000-8000-000000000000", "-group")
    confirmation = phone.confirmation(make_user_params(tracked)["AccessToken"])
    assert tracked.expect_refusal("ConfirmDevice", **confirmation) == INVALID_KEY


def test_confirming_what_was_proposed_to_another(tracked: World) -> None:
    tracked.make_user("eve")
    adas_phone, eves = Phone.of(tracked.get_tokens()), tracked.get_tokens("eve")
    assert tracked.expect_refusal("ConfirmDevice", **adas_phone.confirmation(eves["AccessToken"])) == INVALID_KEY


def test_confirming_what_was_forgotten(tracked: World) -> None:
    result = tracked.get_tokens()
    confirmation = Phone.of(result).confirmation(result["AccessToken"])
    tracked.call("ConfirmDevice", **confirmation)
    tracked.call("ForgetDevice", AccessToken=result["AccessToken"], DeviceKey=confirmation["DeviceKey"])
    assert tracked.expect_refusal("ConfirmDevice", **confirmation) == INVALID_KEY


def test_proposals_do_not_pile_up(tracked: World) -> None:
    for _ in range(10):
        tracked.get_tokens()
        tracked.clock.forward(hours=12)
    user = tracked.emulator._service.pools[tracked.pool_id].users.find_by_username("ada")
    assert user is not None
    assert user.devices._proposed is not None
    assert 0 < len(user.devices._proposed) <= 4


NEGATIVE = b64encode(b"\x80").decode()
CONFIGS = [
    ({}, "Missing required parameter DeviceSecretVerifierConfig.Salt"),
    ({"Salt": "AQ=="}, "Missing required parameter DeviceSecretVerifierConfig.PasswordVerifier"),
    ({"Salt": "", "PasswordVerifier": "AQ=="}, "Missing required parameter DeviceSecretVerifierConfig.Salt"),
    ({"Salt": "AQ==", "PasswordVerifier": "not base64"}, "PasswordVerifier is not a base64-encoded SRP value"),
    ({"Salt": "é", "PasswordVerifier": "AQ=="}, "Salt is not a base64-encoded SRP value"),
    ({"Salt": NEGATIVE, "PasswordVerifier": "AQ=="}, "Salt is not a base64-encoded SRP value"),
    ({"Salt": "AQ==", "PasswordVerifier": NEGATIVE}, "PasswordVerifier is not a base64-encoded SRP value"),
    ({"Salt": "AQ==", "PasswordVerifier": "AA=="}, "PasswordVerifier is not a base64-encoded SRP value"),
    (
        {"Salt": "AQ==", "PasswordVerifier": b64encode(srp_client.pad(srp_client.N)).decode()},
        "PasswordVerifier is not a base64-encoded SRP value",
    ),
]


@pytest.mark.parametrize(("config", "problem"), CONFIGS, ids=[str(number) for number in range(len(CONFIGS))])
def test_invalid_verifiers(tracked: World, config: Json, problem: str) -> None:
    result = tracked.get_tokens()
    confirmation = Phone.of(result).confirmation(result["AccessToken"])
    refusal = tracked.expect_refusal("ConfirmDevice", **{**confirmation, "DeviceSecretVerifierConfig": config})
    assert refusal == f"InvalidParameterException: {problem}"
    assert "UserConfirmationNecessary" in tracked.call("ConfirmDevice", **confirmation)  # nothing was used up


def test_a_confirmation_without_a_verifier(tracked: World) -> None:
    result = tracked.get_tokens()
    refusal = tracked.expect_refusal("ConfirmDevice", AccessToken=result["AccessToken"], DeviceKey=Phone.of(result).key)
    assert refusal.startswith("InvalidParameterException: Missing required parameter DeviceSecretVerifierConfig")


# --- status


def test_remembered_status(empty: World) -> None:
    world = make_tracking_pool(empty, asks=True)
    phone = confirm_phone(world)
    given, adas_own = (
        {**make_user_params(world), "DeviceKey": phone.key},
        {**make_admin_params(world), "DeviceKey": phone.key},
    )
    world.clock.forward(minutes=1)
    world.call("UpdateDeviceStatus", **given, DeviceRememberedStatus="remembered")
    device = world.call("AdminGetDevice", **adas_own)["Device"]
    assert get_status(device) == "remembered"
    assert device["DeviceLastModifiedDate"] == device["DeviceCreateDate"] + 60
    world.call("AdminUpdateDeviceStatus", **adas_own, DeviceRememberedStatus="not_remembered")
    assert get_status(world.call("GetDevice", **given)["Device"]) == "not_remembered"


def test_missing_status(tracked: World) -> None:
    request = {**make_user_params(tracked), "DeviceKey": confirm_phone(tracked).key}
    refusal = tracked.expect_refusal("UpdateDeviceStatus", **request)
    assert refusal == "InvalidParameterException: Missing required parameter DeviceRememberedStatus"


# --- forgetting


@pytest.mark.parametrize("operation", ["ForgetDevice", "AdminForgetDevice"])
def test_forgetting(tracked: World, operation: str) -> None:
    phone, other = confirm_phone(tracked), confirm_phone(tracked)
    whose = make_admin_params(tracked) if operation.startswith("Admin") else make_user_params(tracked)
    assert tracked.call(operation, **whose, DeviceKey=phone.key) == {}
    assert tracked.expect_refusal(operation, **whose, DeviceKey=phone.key) == NO_DEVICE
    left = tracked.call("ListDevices", **make_user_params(tracked))["Devices"]
    assert [device["DeviceKey"] for device in left] == [other.key]


@pytest.mark.parametrize("operation", ["GetDevice", "UpdateDeviceStatus", "ForgetDevice"])
def test_devices_of_another(tracked: World, operation: str) -> None:
    tracked.make_user("eve")
    phone, token = confirm_phone(tracked), tracked.get_tokens("eve")["AccessToken"]
    assert tracked.expect_refusal(operation, AccessToken=token, DeviceKey=phone.key) == NO_DEVICE


@pytest.mark.parametrize("operation", ["GetDevice", "UpdateDeviceStatus", "ForgetDevice"])
def test_devices_that_were_only_proposed(tracked: World, operation: str) -> None:
    result = tracked.get_tokens()
    request = {"AccessToken": result["AccessToken"], "DeviceKey": Phone.of(result).key}
    assert tracked.expect_refusal(operation, **request) == NO_DEVICE


@pytest.mark.parametrize("operation", ["GetDevice", "ForgetDevice"])
def test_unknown_devices(tracked: World, operation: str) -> None:
    refusal = tracked.expect_refusal(operation, DeviceKey=confirm_phone(tracked).key)
    assert refusal == "InvalidParameterException: Missing required parameter AccessToken"


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        ("AdminGetDevice", "ResourceNotFoundException"),
        ("AdminListDevices", "ResourceNotFoundException"),
        ("AdminForgetDevice", "UserNotFoundException"),
        ("AdminUpdateDeviceStatus", "UserNotFoundException"),
    ],
)
def test_devices_of_users_who_do_not_exist(tracked: World, operation: str, code: str) -> None:
    key = {} if "List" in operation else {"DeviceKey": confirm_phone(tracked).key}
    refusal = tracked.expect_refusal(operation, UserPoolId=tracked.pool_id, Username="eve", **key)
    assert refusal == f"{code}: User does not exist."  # not every operation declares UserNotFoundException


# --- lists


@pytest.mark.parametrize("operation", ["ListDevices", "AdminListDevices"])
def test_pages(tracked: World, operation: str) -> None:
    keys = [confirm_phone(tracked).key for _ in range(5)]
    whose = make_admin_params(tracked) if operation.startswith("Admin") else make_user_params(tracked)
    first = tracked.call(operation, **whose, Limit=2)
    tracked.call("AdminForgetDevice", **make_admin_params(tracked), DeviceKey=keys[1])
    second = tracked.call(operation, **whose, Limit=2, PaginationToken=first["PaginationToken"])
    third = tracked.call(operation, **whose, Limit=2, PaginationToken=second["PaginationToken"])
    pages = [[device["DeviceKey"] for device in page["Devices"]] for page in (first, second, third)]
    assert pages == [keys[:2], keys[2:4], keys[4:]]
    assert "PaginationToken" not in third
    assert len(tracked.call(operation, **whose, Limit=0)["Devices"]) == 4


@pytest.mark.parametrize("token", ["x", "-1", "²", "1" * 10])
def test_invalid_pagination_tokens(tracked: World, token: str) -> None:
    refusal = tracked.expect_refusal("ListDevices", **make_user_params(tracked), PaginationToken=token)
    assert refusal == "InvalidParameterException: Invalid pagination token"


# --- DEVICE_KEY and refreshing


def refresh(world: World, token: str, **parameters: str) -> Json:
    return world.initiate("REFRESH_TOKEN_AUTH", REFRESH_TOKEN=token, **parameters)


def expect_refused_refresh(world: World, token: str, **parameters: str) -> str:
    return world.expect_refusal(
        "InitiateAuth", **world.make_initiate_params("REFRESH_TOKEN_AUTH", REFRESH_TOKEN=token, **parameters)
    )


INVALID_TOKEN = "NotAuthorizedException: Invalid Refresh Token"


def test_a_refresh_carries_the_confirmed_key(tracked: World) -> None:
    result = tracked.get_tokens()
    phone, token = Phone.of(result), result["RefreshToken"]
    assert expect_refused_refresh(tracked, token, DEVICE_KEY=phone.key) == INVALID_TOKEN  # not confirmed yet
    tracked.call("ConfirmDevice", **phone.confirmation(result["AccessToken"]))
    assert expect_refused_refresh(tracked, token) == INVALID_TOKEN
    assert expect_refused_refresh(tracked, token, DEVICE_KEY=confirm_phone(tracked).key) == INVALID_TOKEN
    renewed = refresh(tracked, token, DEVICE_KEY=phone.key)["AuthenticationResult"]
    assert verify_claims(tracked, renewed["AccessToken"])["device_key"] == phone.key
    assert "NewDeviceMetadata" not in renewed
    tracked.call("ForgetDevice", AccessToken=renewed["AccessToken"], DeviceKey=phone.key)
    assert expect_refused_refresh(tracked, token, DEVICE_KEY=phone.key) == INVALID_TOKEN


def test_get_tokens_from_refresh_token_carries_the_key_too(tracked: World) -> None:
    result = tracked.get_tokens()
    phone = Phone.of(result)
    tracked.call("ConfirmDevice", **phone.confirmation(result["AccessToken"]))
    request = {"ClientId": tracked.client_id, "RefreshToken": result["RefreshToken"]}
    assert tracked.expect_refusal("GetTokensFromRefreshToken", **request) == f"{INVALID_TOKEN}."
    assert "AuthenticationResult" in tracked.call("GetTokensFromRefreshToken", **request, DeviceKey=phone.key)


def test_tokens_from_before_the_pool_tracked_devices(world: World) -> None:
    token = world.get_tokens()["RefreshToken"]
    configuration = {"ChallengeRequiredOnNewDevice": True}
    world.call("UpdateUserPool", UserPoolId=world.pool_id, DeviceConfiguration=configuration)
    assert "AuthenticationResult" in refresh(world, token)
    assert "NewDeviceMetadata" in world.get_tokens()


def test_a_pool_that_does_not_track_devices_any_more(tracked: World) -> None:
    token, phone = tracked.get_tokens()["RefreshToken"], confirm_phone(tracked)
    tracked.call("UpdateUserPool", UserPoolId=tracked.pool_id)
    assert "AuthenticationResult" in refresh(tracked, token)
    assert "NewDeviceMetadata" not in sign_in_with_password(tracked, DEVICE_KEY=phone.key)["AuthenticationResult"]


def test_the_setting_that_issues_a_new_key(clock: Clock) -> None:
    tracked = make_tracking_pool(World(Emulator(clock, settings=Settings(refresh_needs_device=False)), clock, "", ""))
    result = tracked.get_tokens()
    renewed = refresh(tracked, result["RefreshToken"])["AuthenticationResult"]
    phone = Phone.of(renewed)
    assert phone.key != Phone.of(result).key
    assert verify_claims(tracked, renewed["AccessToken"])["device_key"] == phone.key
    tracked.call("ConfirmDevice", **phone.confirmation(renewed["AccessToken"]))
    again = refresh(tracked, result["RefreshToken"], DEVICE_KEY=phone.key)["AuthenticationResult"]
    assert "NewDeviceMetadata" not in again


def test_a_sign_in_with_a_device_that_is_not_remembered(empty: World) -> None:
    world = make_tracking_pool(empty, asks=True)
    phone = confirm_phone(world)
    world.clock.forward(minutes=1)
    result = sign_in_with_password(world, DEVICE_KEY=phone.key)["AuthenticationResult"]
    assert "NewDeviceMetadata" not in result
    assert verify_claims(world, result["AccessToken"])["device_key"] == phone.key
    device = world.call("GetDevice", AccessToken=result["AccessToken"], DeviceKey=phone.key)["Device"]
    assert device["DeviceLastAuthenticatedDate"] == device["DeviceCreateDate"] + 60
