"""Signing in with a remembered device."""

import pytest

from tests.emulator.tokens.test_tokens import verify_claims
from tests.support.emulator.phones import (
    SRP_A,
    begin_device_round,
    confirm_phone,
    finish_device_round,
    make_tracking_pool,
    prove_device,
    sign_in_with_password,
)
from tests.support.emulator.world import PASSWORD, TEMPORARY, Json, World, make_new_password_params


@pytest.fixture
def tracked(empty: World) -> World:
    """A pool with ada, where a remembered device replaces the second factor."""
    return make_tracking_pool(empty)


def get_challenge_name(reply: Json) -> str:
    assert reply["ChallengeName"] == "DEVICE_SRP_AUTH"
    assert reply["ChallengeParameters"] == {}
    session: str = reply["Session"]
    return session


def test_a_remembered_device(tracked: World) -> None:
    phone = confirm_phone(tracked)
    tracked.clock.forward(minutes=1)
    second = begin_device_round(
        tracked, phone, get_challenge_name(sign_in_with_password(tracked, DEVICE_KEY=phone.key))
    )
    assert second["ChallengeName"] == "DEVICE_PASSWORD_VERIFIER"
    assert set(second["ChallengeParameters"]) == {"SRP_B", "SALT", "SECRET_BLOCK", "DEVICE_KEY", "USERNAME"}
    assert second["ChallengeParameters"]["DEVICE_KEY"] == phone.key
    result = finish_device_round(tracked, phone, second)["AuthenticationResult"]
    assert "NewDeviceMetadata" not in result
    assert verify_claims(tracked, result["AccessToken"])["device_key"] == phone.key
    device = tracked.call("GetDevice", AccessToken=result["AccessToken"], DeviceKey=phone.key)["Device"]
    assert device["DeviceLastAuthenticatedDate"] == device["DeviceCreateDate"] + 60


def test_a_remembered_device_by_srp(tracked: World) -> None:
    phone = confirm_phone(tracked)
    begun = tracked.initiate("USER_SRP_AUTH", USERNAME="ada", SRP_A=SRP_A, DEVICE_KEY=phone.key)
    reply = tracked.respond("PASSWORD_VERIFIER", **tracked.make_proof(begun["ChallengeParameters"]))  # the key is kept
    assert "AuthenticationResult" in prove_device(tracked, phone, get_challenge_name(reply))


def test_the_key_comes_with_the_proof(tracked: World) -> None:
    phone = confirm_phone(tracked)
    claim = tracked.make_proof(tracked.start_srp("ada"))
    reply = tracked.respond("PASSWORD_VERIFIER", **claim, DEVICE_KEY=phone.key)
    assert "AuthenticationResult" in prove_device(tracked, phone, get_challenge_name(reply))


def test_the_key_comes_with_a_new_password(tracked: World) -> None:
    phone = confirm_phone(tracked)
    tracked.call_admin("AdminSetUserPassword", "ada", Password=TEMPORARY)
    session = tracked.initiate(USERNAME="ada", PASSWORD=TEMPORARY)["Session"]
    request = make_new_password_params(tracked, session, USERNAME="ada", DEVICE_KEY=phone.key)
    reply = tracked.call("RespondToAuthChallenge", **request)
    assert "AuthenticationResult" in prove_device(tracked, phone, get_challenge_name(reply))


def test_the_key_is_left_out(tracked: World) -> None:
    confirm_phone(tracked)
    assert "NewDeviceMetadata" in sign_in_with_password(tracked)["AuthenticationResult"]
    assert "NewDeviceMetadata" in sign_in_with_password(tracked, DEVICE_KEY="")["AuthenticationResult"]


def test_pools_that_do_not_challenge_devices(empty: World) -> None:
    world = make_tracking_pool(empty, challenged=False)
    assert "AuthenticationResult" in sign_in_with_password(world, DEVICE_KEY=confirm_phone(world).key)


def test_the_choice_of_the_user(empty: World) -> None:
    world = make_tracking_pool(empty, asks=True)
    phone = confirm_phone(world)
    result = sign_in_with_password(world, DEVICE_KEY=phone.key)["AuthenticationResult"]
    given = {"AccessToken": result["AccessToken"], "DeviceKey": phone.key}
    world.call("UpdateDeviceStatus", **given, DeviceRememberedStatus="remembered")
    assert "AuthenticationResult" in prove_device(
        world, phone, get_challenge_name(sign_in_with_password(world, DEVICE_KEY=phone.key))
    )


def test_alias_and_client_secret(empty: World) -> None:
    world = make_tracking_pool(empty, AliasAttributes=["email"]).make_client(GenerateSecret=True)
    phone = confirm_phone(world, "ada@example.com")
    begun = world.initiate("USER_SRP_AUTH", USERNAME="ada@example.com", SRP_A=SRP_A, DEVICE_KEY=phone.key)
    reply = world.respond("PASSWORD_VERIFIER", **world.make_proof(begun["ChallengeParameters"]))
    assert "AuthenticationResult" in prove_device(world, phone, get_challenge_name(reply))


def test_two_devices(tracked: World) -> None:
    phones = [confirm_phone(tracked), confirm_phone(tracked)]
    for phone in phones:
        session = get_challenge_name(sign_in_with_password(tracked, DEVICE_KEY=phone.key))
        result = prove_device(tracked, phone, session)["AuthenticationResult"]
        assert verify_claims(tracked, result["AccessToken"])["device_key"] == phone.key


def test_the_admin_api(tracked: World) -> None:
    phone = confirm_phone(tracked)
    request = tracked.make_initiate_params(
        "ADMIN_USER_PASSWORD_AUTH", USERNAME="ada", PASSWORD=PASSWORD, DEVICE_KEY=phone.key
    )
    session = get_challenge_name(tracked.call("AdminInitiateAuth", UserPoolId=tracked.pool_id, **request))
    answer = tracked.make_respond_params("DEVICE_SRP_AUTH", session, USERNAME="ada", DEVICE_KEY=phone.key, SRP_A=SRP_A)
    second = tracked.call("AdminRespondToAuthChallenge", UserPoolId=tracked.pool_id, **answer)
    assert "AuthenticationResult" in finish_device_round(tracked, phone, second)
