"""A pool's configuration for passkeys, and users' preferences."""

import pytest

from authflow.testing import SoftwareAuthenticator
from tests.support.emulator.mfa import TOTP, prefer, set_up_authenticator
from tests.support.emulator.passkeys import (
    POLICIES,
    RP_ID,
    change_settings,
    complete,
    configure_passkeys,
    get_token,
    make_authenticator,
    make_passkey_pool,
    refuse,
    register,
    sign_in,
    start,
)
from tests.support.emulator.world import Json, World

MULTI = "MULTI_FACTOR_WITH_USER_VERIFICATION"
GONE = "WebAuthnChallengeNotFoundException: No registration is in progress, or it has expired"
OFF = "WebAuthnNotEnabledException: Passkeys are not enabled for the user pool"
BAD_RP_ID = "InvalidParameterException: RelyingPartyId must be a domain name that is no public suffix"
BAD_CREDENTIAL = "InvalidParameterException: Credential data is not valid"
OTHER_RP_ID = "WebAuthnRelyingPartyMismatchException: The passkey belongs to another relying party id than example.com"


# --- where a pool has passkeys


def test_a_pool_without_passkeys(world: World) -> None:
    token = world.get_tokens()["AccessToken"]
    assert world.expect_refusal("StartWebAuthnRegistration", AccessToken=token) == OFF
    assert refuse(world, token, {}) == OFF


def test_passkeys_that_are_turned_off_meanwhile(empty: World) -> None:
    world = make_passkey_pool(empty)
    token = get_token(world)
    made = make_authenticator().create(start(world, token))
    world.call("UpdateUserPool", UserPoolId=world.pool_id)
    assert refuse(world, token, made) == OFF


def test_a_pool_needs_a_relying_party_id_or_a_domain(empty: World) -> None:
    world = make_passkey_pool(empty)
    configure_passkeys(world, UserVerification="required")
    token = get_token(world)
    expected = "WebAuthnConfigurationMissingException: The user pool has neither a relying party id nor a domain"
    assert world.expect_refusal("StartWebAuthnRegistration", AccessToken=token) == expected
    world.call("CreateUserPoolDomain", UserPoolId=world.pool_id, Domain="people")
    assert start(world, token)["rp"]["id"] == "people.auth.eu-west-1.amazoncognito.com"
    custom = {"CertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/a-b-c-d"}
    world.call("CreateUserPoolDomain", UserPoolId=world.pool_id, Domain="auth.example.org", CustomDomainConfig=custom)
    assert start(world, token)["rp"]["id"] == "auth.example.org"
    configure_passkeys(world, RelyingPartyId=RP_ID)
    assert start(world, token)["rp"]["id"] == RP_ID


@pytest.mark.parametrize("rp_id", ["example.com", "a.b.example.com", "localhost", "example.co.uk", "x--y.example.com"])
def test_relying_party_ids(empty: World, rp_id: str) -> None:
    world = make_passkey_pool(empty)
    expected = {"RelyingPartyId": rp_id, "UserVerification": "required"}
    assert configure_passkeys(world, **expected)["WebAuthnConfiguration"] == expected
    described = world.call("GetUserPoolMfaConfig", UserPoolId=world.pool_id)
    assert described == {"MfaConfiguration": "OFF", "WebAuthnConfiguration": expected}


@pytest.mark.parametrize(
    "rp_id",
    [
        "com",
        "co.uk",
        "github.io",
        "xn--55qx5d.cn",  # a public suffix in another script
        "a.ck",  # by a rule with a wildcard
        "Example.com",
        "example.com.",
        ".example.com",
        "a..example.com",
        "-a.example.com",
        "https://example.com",
        "example.com:443",
        "127.0.0.1",
        "[::1]",
        "user@example.com",
        "people",
        "*.example.com",
        "bücher.example",
    ],
)
def test_relying_party_ids_that_are_refused(world: World, rp_id: str) -> None:
    given = {"UserPoolId": world.pool_id, "WebAuthnConfiguration": {"RelyingPartyId": rp_id}}
    assert world.expect_refusal("SetUserPoolMfaConfig", **given) == BAD_RP_ID


@pytest.mark.parametrize(
    "configuration",
    [
        {"RelyingPartyId": ""},
        {"RelyingPartyId": "a." * 63 + "de"},
        {"UserVerification": "discouraged"},
        {"FactorConfiguration": "NONE"},
    ],
)
def test_values_that_the_model_does_not_have(world: World, configuration: Json) -> None:
    given = {"UserPoolId": world.pool_id, "WebAuthnConfiguration": configuration}
    assert "validation error detected" in world.expect_refusal("SetUserPoolMfaConfig", **given)


def test_the_configuration_is_replaced_as_a_whole(empty: World) -> None:
    world = make_passkey_pool(empty, {"UserVerification": "required"})
    other = {"FactorConfiguration": "SINGLE_FACTOR"}
    assert configure_passkeys(world, **other)["WebAuthnConfiguration"] == other
    assert world.call("SetUserPoolMfaConfig", UserPoolId=world.pool_id) == {"MfaConfiguration": "OFF"}


def test_passkeys_in_the_lite_tier(empty: World) -> None:
    lite = empty.make_pool(UserPoolTier="LITE")
    given = {"UserPoolId": lite.pool_id, "WebAuthnConfiguration": {"FactorConfiguration": MULTI}}
    assert lite.expect_refusal("SetUserPoolMfaConfig", **given).startswith("FeatureUnavailableInTierException")
    refusal = empty.expect_refusal("CreateUserPool", PoolName="p", UserPoolTier="LITE", Policies=POLICIES)
    assert refusal.startswith("FeatureUnavailableInTierException")
    world = make_passkey_pool(empty, {"FactorConfiguration": MULTI})
    refusal = world.expect_refusal("UpdateUserPool", UserPoolId=world.pool_id, UserPoolTier="LITE")
    assert refusal.startswith("FeatureUnavailableInTierException")
    assert "Passkey MFA" in refusal


def test_an_update_of_the_pool_keeps_the_configuration(empty: World) -> None:
    world = make_passkey_pool(empty)
    sms = {"SnsCallerArn": "arn:aws:iam::123456789012:role/sms"}
    world.call(
        "UpdateUserPool",
        UserPoolId=world.pool_id,
        MfaConfiguration="OPTIONAL",
        SmsConfiguration=sms,
        AutoVerifiedAttributes=["phone_number"],
    )
    described = world.call("GetUserPoolMfaConfig", UserPoolId=world.pool_id)
    assert described["WebAuthnConfiguration"] == {"RelyingPartyId": RP_ID}
    assert described["SmsMfaConfiguration"] == {"SmsConfiguration": sms}


# --- localhost


@pytest.mark.parametrize("origin", ["http://localhost", "http://localhost:5173", "https://localhost:8443"])
def test_localhost(empty: World, origin: str) -> None:
    world = make_passkey_pool(empty, {"RelyingPartyId": "localhost"})
    authenticator = SoftwareAuthenticator(origin=origin)
    register(world, authenticator)
    assert "AuthenticationResult" in sign_in(world, authenticator)


def test_localhost_is_a_setting(empty: World) -> None:
    world = make_passkey_pool(empty, {"RelyingPartyId": "localhost"})
    change_settings(world, passkey_localhost=False)
    given = {"UserPoolId": world.pool_id, "WebAuthnConfiguration": {"RelyingPartyId": "localhost"}}
    assert world.expect_refusal("SetUserPoolMfaConfig", **given) == BAD_RP_ID
    token = get_token(world)
    refusal = refuse(world, token, SoftwareAuthenticator(origin="http://localhost").create(start(world, token)))
    assert refusal.startswith("WebAuthnOriginNotAllowedException")


@pytest.mark.parametrize("is_on", [True, False])
def test_android_apps_are_a_setting(empty: World, *, is_on: bool) -> None:
    world = make_passkey_pool(empty)
    change_settings(world, passkey_android=is_on)
    token = get_token(world)
    made = make_authenticator(origin="android:apk-key-hash:" + "a" * 43).create(start(world, token))
    if is_on:
        complete(world, token, made)
    else:
        assert refuse(world, token, made).startswith("WebAuthnOriginNotAllowedException")


# --- passkeys that count as both factors


def test_the_preference(empty: World) -> None:
    world = make_passkey_pool(empty, {"FactorConfiguration": MULTI})

    def refuse_preference(**members: bool) -> str:
        given = {"UserPoolId": world.pool_id, "Username": "ada", "WebAuthnMfaSettings": members}
        return world.expect_refusal("AdminSetUserMFAPreference", **given)

    expected = "InvalidParameterException: User does not have delivery config set to turn on WEB_AUTHN"
    assert refuse_preference(Enabled=True) == expected
    register(world, make_authenticator())
    alone = "InvalidParameterException: A passkey counts as MFA only beside another MFA factor"
    assert refuse_preference(Enabled=True) == alone
    configure_passkeys(world, "OPTIONAL", RelyingPartyId=RP_ID, FactorConfiguration=MULTI)
    set_up_authenticator(world)
    token = get_token(world)
    both = {"SoftwareTokenMfaSettings": {"Enabled": True}, "WebAuthnMfaSettings": {"Enabled": True}}
    assert world.call("SetUserMFAPreference", AccessToken=token, **both) == {}
    given = {"UserPoolId": world.pool_id, "Username": "ada", "SoftwareTokenMfaSettings": {"Enabled": False}}
    assert world.expect_refusal("AdminSetUserMFAPreference", **given) == alone
    world.call_admin("AdminSetUserMFAPreference", "ada", WebAuthnMfaSettings={"Enabled": False})
    world.call_admin("AdminSetUserMFAPreference", "ada", SoftwareTokenMfaSettings={"Enabled": False})


def test_the_preference_needs_the_pool(empty: World) -> None:
    world = make_passkey_pool(empty)
    configure_passkeys(world, "OPTIONAL", RelyingPartyId=RP_ID)
    set_up_authenticator(world)
    register(world, make_authenticator())
    prefer(world, "ada", TOTP)
    given = {"UserPoolId": world.pool_id, "Username": "ada", "WebAuthnMfaSettings": {"Enabled": True}}
    expected = "InvalidParameterException: WEB_AUTHN is not configured for the user pool"
    assert world.expect_refusal("AdminSetUserMFAPreference", **given) == expected


def test_auth_factors_have_passkeys(empty: World) -> None:
    world = make_passkey_pool(empty)
    token = get_token(world)
    register(world, make_authenticator(), token=token)
    expected = ["PASSWORD", "WEB_AUTHN", "EMAIL_OTP"]
    assert world.call("GetUserAuthFactors", AccessToken=token)["ConfiguredUserAuthFactors"] == expected
    assert world.call_admin("AdminGetUserAuthFactors", "ada")["ConfiguredUserAuthFactors"] == expected
    configure_passkeys(world, RelyingPartyId="example.org")
    assert "WEB_AUTHN" not in world.call("GetUserAuthFactors", AccessToken=token)["ConfiguredUserAuthFactors"]
