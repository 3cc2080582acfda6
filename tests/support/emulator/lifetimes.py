"""Codes, Sessions, tokens, URLs and limits, with how long each lasts."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TypeAlias

from tests.support.emulator.mfa import SMS, TOTP, configure, prefer, send_password
from tests.support.emulator.phones import Phone
from tests.support.emulator.world import (
    OTHER_PASSWORD,
    PASSWORD,
    ROTATING_FLOWS,
    TEMPORARY,
    Json,
    World,
)

#: uses what was asked for; refusals are raised
Answer: TypeAlias = Callable[[], object]

EXPIRED_CODE = "ExpiredCodeException: Invalid code provided, please request a code again."
EXPIRED_SESSION = "NotAuthorizedException: Invalid session for the user, session is expired."
EXPIRED_TOKEN = "NotAuthorizedException: Refresh Token has expired"
LOCKED = "NotAuthorizedException: Password attempts exceeded"
EXCEEDED = "LimitExceededException: Attempt limit exceeded, please try after some time."
ADDRESS = [{"Name": "email", "Value": "eve@example.com"}]
ROLE = "arn:aws:iam::123456789012:role/import"
VERIFYING: Json = {"AutoVerifiedAttributes": ["email"]}
TRACKING: Json = {"DeviceConfiguration": {"ChallengeRequiredOnNewDevice": True}}
CHOICE: Json = {
    "AutoVerifiedAttributes": ["email"],
    "Policies": {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]}},
}


@dataclass(frozen=True)
class Lifetime:
    """How long something lasts.

    Attributes:
        prepare: asks for it in a pool that has the user ada, and returns what uses it.
        lasts: how long it can be used; None for ever.
        refusal: the beginning of the refusal's text.
        pool: settings of the pool.
        delays: whether it is refused as long as that, and can be used afterwards.
    """

    prepare: Callable[[World], Answer]
    lasts: timedelta | None
    refusal: str = ""
    pool: Json = field(default_factory=dict)
    delays: bool = False


def as_eve(world: World, **more: object) -> Json:
    return {"ClientId": world.client_id, "Username": "eve", **more}


def sign_up(world: World) -> Json:
    return world.call("SignUp", **as_eve(world, Password=PASSWORD, UserAttributes=ADDRESS))


def sign_up_code(world: World) -> Answer:
    sign_up(world)
    return partial(world.call, "ConfirmSignUp", **as_eve(world, ConfirmationCode=world.get_last_message().code))


def reset_code(world: World) -> Answer:
    ada: Json = {"ClientId": world.client_id, "Username": "ada"}
    world.call("ForgotPassword", **ada)
    code = world.get_last_message().code
    return partial(world.call, "ConfirmForgotPassword", **ada, ConfirmationCode=code, Password=OTHER_PASSWORD)


def attribute_code(world: World) -> Answer:
    token = world.get_tokens()["AccessToken"]
    world.call("GetUserAttributeVerificationCode", AccessToken=token, AttributeName="email")
    given = {"AttributeName": "email", "Code": world.get_last_message().code}
    return lambda: world.call("VerifyUserAttribute", AccessToken=world.get_tokens()["AccessToken"], **given)


def invitation(world: World) -> Answer:
    world.invite("bob")
    return partial(world.initiate, USERNAME="bob", PASSWORD=TEMPORARY)


def new_password(world: World) -> Answer:
    world.invite("bob")
    asked = world.initiate(USERNAME="bob", PASSWORD=TEMPORARY)
    responses = {"USERNAME": "bob", "NEW_PASSWORD": OTHER_PASSWORD}
    return partial(world.respond, asked["ChallengeName"], asked["Session"], **responses)


def text_message(world: World) -> Answer:
    patient = world.make_client(AuthSessionValidity=15)
    number = {"phone_number": "+15550109878", "phone_number_verified": "true"}
    patient.make_user("bob", **number)
    configure(patient, "OPTIONAL", SMS)
    prefer(patient, "bob", SMS, preferred=SMS)
    asked = send_password(patient, "bob")
    code = patient.get_last_message().code
    return partial(patient.respond, asked["ChallengeName"], asked["Session"], USERNAME="bob", SMS_MFA_CODE=code)


def authenticator_set_up(world: World) -> Answer:
    configure(world, "ON", TOTP)
    session = send_password(world)["Session"]
    return partial(world.call, "AssociateSoftwareToken", Session=session)


def first_factor(world: World) -> Answer:
    choosing = world.make_client(ExplicitAuthFlows=["ALLOW_USER_AUTH"])
    asked = choosing.initiate("USER_AUTH", USERNAME="ada", PREFERRED_CHALLENGE="EMAIL_OTP")
    code = choosing.get_last_message().code
    return partial(choosing.respond, "EMAIL_OTP", asked["Session"], USERNAME="ada", EMAIL_OTP_CODE=code)


def confirmed_sign_up(world: World) -> Answer:
    choosing = world.make_client(ExplicitAuthFlows=["ALLOW_USER_AUTH"])
    session = sign_up(choosing)["Session"]
    code = choosing.get_last_message().code
    confirmed = choosing.call("ConfirmSignUp", **as_eve(choosing, ConfirmationCode=code, Session=session))
    begun = choosing.make_initiate_params("USER_AUTH", USERNAME="eve")
    return partial(choosing.call, "InitiateAuth", **begun, Session=confirmed["Session"])


def proof(world: World) -> Answer:
    asked = world.start_srp("ada")
    return lambda: world.respond("PASSWORD_VERIFIER", **world.make_proof(asked))


def access_token(world: World) -> Answer:
    short = world.make_client(AccessTokenValidity=5, TokenValidityUnits={"AccessToken": "minutes"})
    return partial(world.call, "GetUser", AccessToken=short.get_tokens()["AccessToken"])


def refresh_token(world: World) -> Answer:
    return partial(world.initiate, "REFRESH_TOKEN_AUTH", REFRESH_TOKEN=world.get_tokens()["RefreshToken"])


def rotated_token(world: World) -> Answer:
    rotation = {"Feature": "ENABLED", "RetryGracePeriodSeconds": 60}
    rotating = world.make_client(ExplicitAuthFlows=ROTATING_FLOWS, RefreshTokenRotation=rotation)
    used: Json = {"ClientId": rotating.client_id, "RefreshToken": rotating.get_tokens()["RefreshToken"]}
    rotating.call("GetTokensFromRefreshToken", **used)
    return partial(rotating.call, "GetTokensFromRefreshToken", **used)


def proposed_device(world: World) -> Answer:
    phone = Phone.of(world.get_tokens())
    return lambda: world.call("ConfirmDevice", **phone.confirmation(world.get_tokens()["AccessToken"]))


def upload(world: World) -> Answer:
    made = world.call("CreateUserImportJob", UserPoolId=world.pool_id, JobName="job", CloudWatchLogsRoleArn=ROLE)
    return partial(world.emulator.upload, made["UserImportJob"]["PreSignedUrl"], b"x")


def import_job(world: World) -> Answer:
    pool = {"UserPoolId": world.pool_id}
    job = world.call("CreateUserImportJob", **pool, JobName="job", CloudWatchLogsRoleArn=ROLE)["UserImportJob"]
    world.emulator.upload(job["PreSignedUrl"], b"x")
    return partial(world.call, "StartUserImportJob", **pool, JobId=job["JobId"])


def page(world: World) -> Answer:
    world.make_user("bob")
    listed: Json = {"UserPoolId": world.pool_id, "Limit": 1}
    token = world.call("ListUsers", **listed)["PaginationToken"]

    def read_on() -> None:
        users = world.call("ListUsers", **listed, PaginationToken=token)["Users"]
        assert [user["Username"] for user in users] == ["bob"]

    return read_on


def lockout(failures: int, world: World) -> Answer:
    wrong = world.make_initiate_params("USER_PASSWORD_AUTH", USERNAME="ada", PASSWORD="Wr0ng-password")
    for _ in range(failures):
        while world.expect_refusal("InitiateAuth", **wrong) == LOCKED:
            world.clock.forward(seconds=1)
    return world.get_tokens


def resent_codes(world: World) -> Answer:
    sign_up(world)
    for _ in range(5):
        world.call("ResendConfirmationCode", **as_eve(world))
    return partial(world.call, "ResendConfirmationCode", **as_eve(world))


DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
SESSION, PATIENT = 3 * MINUTE, 15 * MINUTE

LIFETIMES = {
    "the code of a sign-up": Lifetime(sign_up_code, DAY, EXPIRED_CODE, VERIFYING),
    "the code of a forgotten password": Lifetime(reset_code, HOUR, EXPIRED_CODE),
    "the code of an attribute": Lifetime(attribute_code, DAY, EXPIRED_CODE),
    "an invitation": Lifetime(invitation, 7 * DAY, "NotAuthorizedException: Temporary password has expired"),
    "the Session of a new password": Lifetime(new_password, SESSION, EXPIRED_SESSION),
    "the Session of a text message": Lifetime(text_message, PATIENT, EXPIRED_SESSION),
    "the Session of MFA_SETUP": Lifetime(authenticator_set_up, SESSION, EXPIRED_SESSION),
    "the Session of a first factor": Lifetime(first_factor, SESSION, EXPIRED_SESSION, CHOICE),
    "the Session of a confirmed sign-up": Lifetime(confirmed_sign_up, SESSION, EXPIRED_SESSION, CHOICE),
    "a SECRET_BLOCK": Lifetime(proof, SESSION, EXPIRED_SESSION),
    "an access token": Lifetime(access_token, 5 * MINUTE, "NotAuthorizedException: Access Token has expired"),
    "a refresh token": Lifetime(refresh_token, 30 * DAY, EXPIRED_TOKEN),
    "a rotated refresh token": Lifetime(rotated_token, MINUTE, "RefreshTokenReuseException"),
    "a proposed device": Lifetime(proposed_device, DAY, "InvalidParameterException", TRACKING),
    "the URL of an import": Lifetime(upload, PATIENT, "the URL has expired", VERIFYING),
    "a job that imports users": Lifetime(import_job, DAY, "PreconditionNotMetException", VERIFYING),
    "the token of a page": Lifetime(page, None),
    "the first lockout": Lifetime(partial(lockout, 5), timedelta(seconds=1), LOCKED, delays=True),
    "the fifth lockout": Lifetime(partial(lockout, 9), timedelta(seconds=16), LOCKED, delays=True),
    "the limit of resent codes": Lifetime(resent_codes, HOUR, EXCEEDED, VERIFYING, delays=True),
}
