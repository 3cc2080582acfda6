"""Signing in with a device that is remembered."""

import pytest

from tests.emulator.tokens.test_tokens import claims
from tests.support.emulator.phones import (
    SRP_A,
    by_device,
    confirmed,
    round_begun,
    round_ended,
    signed_in,
    tracking,
)
from tests.support.emulator.world import PASSWORD, TEMPORARY, Json, World, new_password


@pytest.fixture
def tracked(empty: World) -> World:
    """A pool whose remembered devices stand for a second factor, with ada."""
    return tracking(empty)


def asked(reply: Json) -> str:
    assert reply["ChallengeName"] == "DEVICE_SRP_AUTH"
    assert reply["ChallengeParameters"] == {}
    session: str = reply["Session"]
    return session


def test_a_remembered_device(tracked: World) -> None:
    phone = confirmed(tracked)
    tracked.clock.forward(minutes=1)
    second = round_begun(tracked, phone, asked(signed_in(tracked, DEVICE_KEY=phone.key)))
    assert second["ChallengeName"] == "DEVICE_PASSWORD_VERIFIER"
    assert set(second["ChallengeParameters"]) == {"SRP_B", "SALT", "SECRET_BLOCK", "DEVICE_KEY", "USERNAME"}
    assert second["ChallengeParameters"]["DEVICE_KEY"] == phone.key
    result = round_ended(tracked, phone, second)["AuthenticationResult"]
    assert "NewDeviceMetadata" not in result
    assert claims(tracked, result["AccessToken"])["device_key"] == phone.key
    device = tracked.call("GetDevice", AccessToken=result["AccessToken"], DeviceKey=phone.key)["Device"]
    assert device["DeviceLastAuthenticatedDate"] == device["DeviceCreateDate"] + 60


def test_a_remembered_device_by_srp(tracked: World) -> None:
    phone = confirmed(tracked)
    begun = tracked.initiate("USER_SRP_AUTH", USERNAME="ada", SRP_A=SRP_A, DEVICE_KEY=phone.key)
    reply = tracked.respond("PASSWORD_VERIFIER", **tracked.claim(begun["ChallengeParameters"]))  # the key is kept
    assert "AuthenticationResult" in by_device(tracked, phone, asked(reply))


def test_the_key_comes_with_the_proof(tracked: World) -> None:
    phone = confirmed(tracked)
    claim = tracked.claim(tracked.srp_challenge("ada"))
    reply = tracked.respond("PASSWORD_VERIFIER", **claim, DEVICE_KEY=phone.key)
    assert "AuthenticationResult" in by_device(tracked, phone, asked(reply))


def test_the_key_comes_with_a_new_password(tracked: World) -> None:
    phone = confirmed(tracked)
    tracked.admin("AdminSetUserPassword", "ada", Password=TEMPORARY)
    session = tracked.initiate(USERNAME="ada", PASSWORD=TEMPORARY)["Session"]
    request = new_password(tracked, session, USERNAME="ada", DEVICE_KEY=phone.key)
    reply = tracked.call("RespondToAuthChallenge", **request)
    assert "AuthenticationResult" in by_device(tracked, phone, asked(reply))


def test_the_key_is_left_out(tracked: World) -> None:
    confirmed(tracked)
    assert "NewDeviceMetadata" in signed_in(tracked)["AuthenticationResult"]
    assert "NewDeviceMetadata" in signed_in(tracked, DEVICE_KEY="")["AuthenticationResult"]


def test_pools_that_do_not_challenge_devices(empty: World) -> None:
    world = tracking(empty, challenged=False)
    assert "AuthenticationResult" in signed_in(world, DEVICE_KEY=confirmed(world).key)


def test_the_choice_of_the_user(empty: World) -> None:
    world = tracking(empty, asks=True)
    phone = confirmed(world)
    result = signed_in(world, DEVICE_KEY=phone.key)["AuthenticationResult"]
    given = {"AccessToken": result["AccessToken"], "DeviceKey": phone.key}
    world.call("UpdateDeviceStatus", **given, DeviceRememberedStatus="remembered")
    assert "AuthenticationResult" in by_device(world, phone, asked(signed_in(world, DEVICE_KEY=phone.key)))


def test_alias_and_client_secret(empty: World) -> None:
    world = tracking(empty, AliasAttributes=["email"]).client(GenerateSecret=True)
    phone = confirmed(world, "ada@example.com")
    begun = world.initiate("USER_SRP_AUTH", USERNAME="ada@example.com", SRP_A=SRP_A, DEVICE_KEY=phone.key)
    reply = world.respond("PASSWORD_VERIFIER", **world.claim(begun["ChallengeParameters"]))
    assert "AuthenticationResult" in by_device(world, phone, asked(reply))


def test_two_devices(tracked: World) -> None:
    phones = [confirmed(tracked), confirmed(tracked)]
    for phone in phones:
        session = asked(signed_in(tracked, DEVICE_KEY=phone.key))
        result = by_device(tracked, phone, session)["AuthenticationResult"]
        assert claims(tracked, result["AccessToken"])["device_key"] == phone.key


def test_the_admin_api(tracked: World) -> None:
    phone = confirmed(tracked)
    request = tracked.initiation("ADMIN_USER_PASSWORD_AUTH", USERNAME="ada", PASSWORD=PASSWORD, DEVICE_KEY=phone.key)
    session = asked(tracked.call("AdminInitiateAuth", UserPoolId=tracked.pool_id, **request))
    answer = tracked.response("DEVICE_SRP_AUTH", session, USERNAME="ada", DEVICE_KEY=phone.key, SRP_A=SRP_A)
    second = tracked.call("AdminRespondToAuthChallenge", UserPoolId=tracked.pool_id, **answer)
    assert "AuthenticationResult" in round_ended(tracked, phone, second)
