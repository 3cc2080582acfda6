"""From which Region, and by which service, a pool may say that it sends text messages."""

import pytest

from authflow.emulator import Emulator, ServiceError
from tests.support.emulator.world import Clock, Json, World

ROLE = "arn:aws:iam::123456789012:role/sms"


@pytest.mark.parametrize(
    ("region", "sender", "allowed"),
    [
        ("eu-west-1", "eu-west-1", None),
        ("eu-west-1", "us-east-1", "eu-west-1"),
        ("eu-central-1", "eu-central-1", None),
        ("eu-central-1", "eu-west-1", None),
        ("eu-central-1", "us-east-1", "eu-central-1"),
        ("ap-northeast-2", "ap-northeast-1", None),
        ("ap-northeast-2", "ap-northeast-2", "ap-northeast-1"),
    ],
)
def test_regions(clock: Clock, region: str, sender: str, allowed: str | None) -> None:
    emulator = Emulator(clock, region=region)
    sms: Json = {"SmsConfiguration": {"SnsCallerArn": ROLE, "SnsRegion": sender}}
    pool: Json = {"UserPoolId": emulator.call("CreateUserPool", {"PoolName": "p"})["UserPool"]["Id"]}
    requests: list[tuple[str, Json]] = [
        ("CreateUserPool", {"PoolName": "p", **sms}),
        ("UpdateUserPool", {**pool, **sms}),
        ("SetUserPoolMfaConfig", {**pool, "SmsMfaConfiguration": sms}),
    ]
    for operation, request in requests:
        if allowed is None:
            emulator.call(operation, request)
            continue
        with pytest.raises(ServiceError) as caught:
            emulator.call(operation, request)
        text = f"Invalid snsRegion. Allowed SNS region for {region} is {allowed}"
        assert str(caught.value) == f"InvalidParameterException: {text}"


def test_one_service_sends(empty: World) -> None:
    other = {"EumsSms": {"CallerArn": ROLE}}
    both = {"SnsCallerArn": ROLE, **other}
    refusal = empty.expect_refusal("CreateUserPool", PoolName="p", SmsConfiguration=both)
    assert refusal == "InvalidParameterException: SnsCallerArn and EumsSms can't both be set."
    made = empty.call("CreateUserPool", PoolName="p", SmsConfiguration=other)["UserPool"]
    assert made["SmsConfiguration"] == other
