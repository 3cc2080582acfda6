"""MFA combined with custom challenges, devices, aliases and client secrets."""

from tests.support.emulator.lambdas import (
    Riddles,
    answer_riddle,
    begin_custom_auth,
    begin_custom_auth_with_srp,
    make_riddle_client,
    prove_password,
)
from tests.support.emulator.mfa import CONTACTS, EMAIL, SMS, TOTP, answer, answer_with_sent_code, configure, prefer
from tests.support.emulator.phones import Phone, make_tracking_pool
from tests.support.emulator.world import PASSWORD, World


def test_password_then_mfa_then_a_riddle(world: World) -> None:
    riddles = Riddles()
    custom = make_riddle_client(world, riddles)
    configure(custom, "OPTIONAL", EMAIL)
    prefer(custom, "ada", EMAIL)
    asked = prove_password(custom, begin_custom_auth_with_srp(custom))
    assert asked["ChallengeName"] == EMAIL
    riddle = answer_with_sent_code(custom, asked)
    assert "AuthenticationResult" in answer_riddle(custom, riddle)
    seen = [
        entry["challengeName"] for entry in riddles.list_requests("DefineAuthChallenge_Authentication")[-1]["session"]
    ]
    assert seen == ["SRP_A", "PASSWORD_VERIFIER", EMAIL, "CUSTOM_CHALLENGE"]


def test_a_riddle_alone_needs_no_mfa(world: World) -> None:
    custom = make_riddle_client(world, Riddles())
    configure(custom, "ON", SMS, TOTP, EMAIL)
    assert "AuthenticationResult" in answer_riddle(custom, begin_custom_auth(custom))


def test_alias_secret_mfa_and_device_at_once(empty: World) -> None:
    pool = make_tracking_pool(empty, AliasAttributes=["email"]).make_client(GenerateSecret=True)
    pool.make_user("grace", email="grace@example.com", email_verified="true", phone_number=CONTACTS["phone_number"])
    configure(pool, "OPTIONAL", SMS, EMAIL)
    prefer(pool, "grace", SMS, EMAIL)
    choice = pool.sign_in_with_srp("grace@example.com")
    assert choice["ChallengeName"] == "SELECT_MFA_TYPE"
    result = answer_with_sent_code(pool, answer(pool, choice, "grace", ANSWER=SMS), "grace")["AuthenticationResult"]
    phone = Phone.of(result)
    pool.call("ConfirmDevice", **phone.confirmation(result["AccessToken"]))
    asked = pool.initiate(USERNAME="grace@example.com", PASSWORD=PASSWORD, DEVICE_KEY=phone.key)
    assert asked["ChallengeName"] == "DEVICE_SRP_AUTH"
    asked = pool.initiate(USERNAME="grace@example.com", PASSWORD=PASSWORD)
    assert asked["ChallengeName"] == "SELECT_MFA_TYPE"
