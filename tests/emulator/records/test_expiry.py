"""What expires is valid until its time, however the clock gets there and whatever others do meanwhile."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from authflow.emulator import Emulator, ServiceError, UploadRefused
from tests.support.emulator.world import ALL_FLOWS, OTHER_PASSWORD, PASSWORD, TEMPORARY, Clock, World

Use = Callable[[], object]


@dataclass(frozen=True)
class Perishable:
    """Something that expires.

    Attributes:
        make: makes it, and returns how to use it; the use raises if it has expired.
    """

    name: str
    lifetime: timedelta
    make: Callable[[World], Use]


def make_session(world: World) -> Use:
    world.invite("bob")
    session = world.initiate(USERNAME="bob", PASSWORD=TEMPORARY)["Session"]
    return lambda: world.respond("NEW_PASSWORD_REQUIRED", session, USERNAME="bob", NEW_PASSWORD=OTHER_PASSWORD)


def make_invitation(world: World) -> Use:
    world.invite("bob")
    return lambda: world.initiate(USERNAME="bob", PASSWORD=TEMPORARY)


def make_access_token(world: World) -> Use:
    token = world.get_tokens()["AccessToken"]
    return lambda: world.call("GetUser", AccessToken=token)


def make_refresh_token(world: World) -> Use:
    token = world.get_tokens()["RefreshToken"]
    return lambda: world.initiate("REFRESH_TOKEN_AUTH", REFRESH_TOKEN=token)


def make_sign_up_code(world: World) -> Use:
    who = {"ClientId": world.client_id, "Username": "bob"}
    email = [{"Name": "email", "Value": "bob@example.com"}]
    world.call("SignUp", **who, Password=PASSWORD, UserAttributes=email)
    code = world.get_last_message().code
    return lambda: world.call("ConfirmSignUp", **who, ConfirmationCode=code)


def make_reset_code(world: World) -> Use:
    who = {"ClientId": world.client_id, "Username": "ada"}
    world.call("ForgotPassword", **who)
    code = {"ConfirmationCode": world.get_last_message().code, "Password": OTHER_PASSWORD}
    return lambda: world.call("ConfirmForgotPassword", **who, **code)


def make_attribute_code(world: World) -> Use:
    token = {"AccessToken": world.get_tokens()["AccessToken"], "AttributeName": "email"}
    world.call("GetUserAttributeVerificationCode", **token)
    code = world.get_last_message().code

    def use() -> object:
        fresh = {**token, "AccessToken": world.get_tokens()["AccessToken"]}
        return world.call("VerifyUserAttribute", **fresh, Code=code)

    return use


def make_upload(world: World) -> Use:
    job = world.call(
        "CreateUserImportJob",
        UserPoolId=world.pool_id,
        JobName="job",
        CloudWatchLogsRoleArn="arn:aws:iam::123456789012:role/import",
    )["UserImportJob"]
    return lambda: world.emulator.upload(job["PreSignedUrl"], b"")


PERISHABLES = [
    Perishable("Session", timedelta(minutes=3), make_session),
    Perishable("temporary password", timedelta(days=7), make_invitation),
    Perishable("access token", timedelta(hours=1), make_access_token),
    Perishable("refresh token", timedelta(days=30), make_refresh_token),
    Perishable("code of a sign-up", timedelta(hours=24), make_sign_up_code),
    Perishable("code for a new password", timedelta(hours=1), make_reset_code),
    Perishable("code for an address", timedelta(hours=24), make_attribute_code),
    Perishable("upload URL", timedelta(seconds=900), make_upload),
]


@pytest.mark.parametrize("perishable", PERISHABLES, ids=lambda perishable: perishable.name)
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    parts=st.lists(st.integers(1, 100), min_size=1, max_size=5),
    seconds=st.sampled_from([-3600, -1, 0, 1, 3600]),
    back=st.booleans(),
)
def test_it_is_valid_until_its_time(perishable: Perishable, parts: list[int], seconds: int, *, back: bool) -> None:
    clock = Clock()
    world = World(Emulator(clock), clock, "", "").make_pool(AutoVerifiedAttributes=["email"])
    world = world.make_client(ExplicitAuthFlows=ALL_FLOWS)
    world.make_user("ada", email="ada@example.com", email_verified="true")
    world.make_user("eve")
    use = perishable.make(world)
    age = max(perishable.lifetime + timedelta(seconds=seconds), timedelta())
    begin = clock.now
    for number in range(1, len(parts) + 1):  # the clock gets there in steps, and others sign in meanwhile
        clock.now = begin + age * (sum(parts[:number]) / sum(parts))
        world.get_tokens("eve")
    clock.now = begin + age
    if back:  # a little forth and back is no time
        clock.forward(seconds=1)
        clock.forward(seconds=-1)
    try:
        use()
    except (ServiceError, UploadRefused):
        assert age >= perishable.lifetime
    else:
        assert age < perishable.lifetime
