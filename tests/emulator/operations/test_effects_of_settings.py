"""What the settings of a pool change."""

import pytest

from tests.support.emulator.mfa import CONTACTS
from tests.support.emulator.world import Json, World


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
