"""What must be off before a pool gets a lower tier."""

from tests.support.emulator.mfa import EMAIL, configure
from tests.support.emulator.world import SENDER, World

LOG = {
    "LogLevel": "INFO",
    "EventSource": "userAuthEvents",
    "CloudWatchLogsConfiguration": {"LogGroupArn": "arn:aws:logs:eu-west-1:123456789012:log-group:a"},
}


def lower(pool: World, tier: str) -> str:
    """Return the features that must be off before the pool gets a tier."""
    request = {"UserPoolId": pool.pool_id, "UserPoolTier": tier, "EmailConfiguration": SENDER}
    refusal = pool.expect_refusal("UpdateUserPool", **request)
    start = f"FeatureUnavailableInTierException: The following features need to be disabled for the {tier} pricing tier"
    assert refusal.startswith(start)
    return refusal.removeprefix(f"{start} configured: ")


def set_tier(pool: World, tier: str) -> None:
    pool.call("UpdateUserPool", UserPoolId=pool.pool_id, UserPoolTier=tier, EmailConfiguration=SENDER)
    assert pool.call("DescribeUserPool", UserPoolId=pool.pool_id)["UserPool"]["UserPoolTier"] == tier


def test_features_that_the_pool_uses(empty: World) -> None:
    pool = empty.make_pool(UserPoolTier="PLUS")
    ids = {"UserPoolId": pool.pool_id}
    pool.call("SetLogDeliveryConfiguration", **ids, LogConfigurations=[LOG])
    pool.call("CreateUserPoolDomain", **ids, Domain="people", ManagedLoginVersion=2)
    choosing = pool.make_client(ExplicitAuthFlows=["ALLOW_USER_AUTH"])
    configure(pool, "OPTIONAL", EMAIL)
    assert lower(pool, "ESSENTIALS") == "Log Streaming"
    assert lower(pool, "LITE") == "Email MFA, Choice-Based Sign-In, Managed Login Version 2, Log Streaming"
    pool.call("SetLogDeliveryConfiguration", **ids, LogConfigurations=[])
    set_tier(pool, "ESSENTIALS")
    configure(pool, "OFF")
    pool.call("DeleteUserPoolClient", **ids, ClientId=choosing.client_id)
    assert lower(pool, "LITE") == "Managed Login Version 2"
    pool.call("UpdateUserPoolDomain", **ids, Domain="people", ManagedLoginVersion=1)
    set_tier(pool, "LITE")
    set_tier(pool, "PLUS")


def test_a_tier_that_a_request_leaves_out(empty: World) -> None:
    """It is reset like every other setting: to ESSENTIALS."""
    pool = empty.make_pool(UserPoolTier="PLUS")
    pool.call("SetLogDeliveryConfiguration", UserPoolId=pool.pool_id, LogConfigurations=[LOG])
    refusal = pool.expect_refusal("UpdateUserPool", UserPoolId=pool.pool_id)
    assert refusal.endswith("need to be disabled for the ESSENTIALS pricing tier configured: Log Streaming")
