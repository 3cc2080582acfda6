"""Each setting of a pool or client has an effect, is refused, or is listed as one without effect."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel

from tests.support.emulator.mfa import CONTACTS
from tests.support.emulator.world import Json, World

BOTOCORE = ServiceModel(Loader().load_service_model("cognito-idp", "service-2"))
PAGE = (Path(__file__).parents[3] / "docs" / "emulator.md").read_text()
SECTION = PAGE.split("## Settings without effect")[1].split("\n## ")[0]
#: settings with an effect, which other tests show, and those that are refused
EFFECTIVE: dict[str, set[str]] = {
    "CreateUserPool": {
        *("AccountRecoverySetting", "AdminCreateUserConfig.AllowAdminCreateUserOnly", "AliasAttributes"),
        *("AutoVerifiedAttributes", "DeletionProtection", "DeviceConfiguration"),
        *("EmailConfiguration.EmailSendingAccount", "MfaConfiguration"),
        *("Policies.PasswordPolicy", "Policies.SignInPolicy", "PoolName", "Schema", "SmsConfiguration"),
        *("UserPoolId", "UserPoolTier", "UsernameAttributes", "UsernameConfiguration"),
    },
    "SetUserPoolMfaConfig": {
        *("MfaConfiguration", "SoftwareTokenMfaConfiguration", "UserPoolId", "WebAuthnConfiguration"),
    },
    "CreateUserPoolClient": {
        *("AccessTokenValidity", "AuthSessionValidity", "ClientId", "ClientName", "ClientSecret"),
        *("EnableTokenRevocation", "ExplicitAuthFlows", "GenerateSecret", "IdTokenValidity"),
        *("PreventUserExistenceErrors", "ReadAttributes", "RefreshTokenRotation", "RefreshTokenValidity"),
        *("TokenValidityUnits", "UserPoolId", "WriteAttributes"),
    },
}
#: structures of which some members have an effect and some have none
TAKEN_APART = {
    *("AdminCreateUserConfig", "EmailConfiguration", "EmailMfaConfiguration", "Policies", "SmsMfaConfiguration"),
}

#: members that the oldest supported botocore does not know
YOUNG = {"DcrConfiguration", "PublishSecretsInAWSSecretsManager"}


def list_members(operation: str) -> Iterator[str]:
    shape = BOTOCORE.operation_model(operation).input_shape
    assert shape is not None
    for name, member in shape.members.items():
        inner = getattr(member, "members", {})
        yield from (f"{name}.{part}" for part in inner) if name in TAKEN_APART else (name,)


def list_without_effect(operation: str) -> set[str]:
    entry = next(part for part in SECTION.split("\n- ") if part.startswith(operation))
    names = entry.split(":", 1)[1].split(".\n")[0]
    return set(re.findall(r"[A-Z][\w.]*\w", names))


@pytest.mark.parametrize("operation", EFFECTIVE)
def test_every_member_has_an_effect_or_is_listed(operation: str) -> None:
    listed, effective = list_without_effect(operation), EFFECTIVE[operation]
    assert not listed & effective
    update = operation.replace("Create", "Update")
    members = {*list_members(operation), *(list_members(update) if update in BOTOCORE.operation_names else ())}
    assert members <= listed | effective
    assert (listed | effective) - members <= YOUNG


@pytest.mark.parametrize(
    ("mechanisms", "medium"),
    [
        ([("verified_email", 1), ("verified_phone_number", 2)], "EMAIL"),
        ([("verified_email", 2), ("verified_phone_number", 1)], "SMS"),
        ([("verified_email", 1)], "EMAIL"),
        (None, "EMAIL"),
    ],
)
def test_where_the_code_of_a_reset_goes(empty: World, mechanisms: list[tuple[str, int]] | None, medium: str) -> None:
    given = [{"Name": name, "Priority": priority} for name, priority in mechanisms or ()]
    settings: Json = {"AccountRecoverySetting": {"RecoveryMechanisms": given}} if given else {}
    pool = empty.make_pool(**settings)
    pool.make_user("ada", **CONTACTS, email_verified="true", phone_number_verified="true")
    pool.call_admin("AdminResetUserPassword", "ada")
    assert pool.get_last_message().medium == medium


def test_no_reset_where_only_administrators_recover_accounts(empty: World) -> None:
    mechanisms = [{"Name": "admin_only", "Priority": 1}]
    pool = empty.make_pool(AccountRecoverySetting={"RecoveryMechanisms": mechanisms})
    pool.make_user("ada", email="ada@example.com", email_verified="true")
    refusal = pool.expect_refusal("AdminResetUserPassword", UserPoolId=pool.pool_id, Username="ada")
    assert refusal.endswith("there is no registered/verified email or phone_number")


@pytest.mark.parametrize("operation", ["CreateUserPool", "UpdateUserPool"])
def test_the_lite_tier_has_no_codes_as_first_factors(world: World, operation: str) -> None:
    """A text that was seen in deployments."""
    factors = {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]}
    where = {"PoolName": "p"} if operation == "CreateUserPool" else {"UserPoolId": world.pool_id}
    refusal = world.expect_refusal(operation, **where, UserPoolTier="LITE", Policies={"SignInPolicy": factors})
    assert refusal == (
        "FeatureUnavailableInTierException: The following features need to be disabled for the LITE pricing tier "
        "configured: Passwordless Sign-In"
    )
    assert world.make_pool(UserPoolTier="LITE").pool_id
