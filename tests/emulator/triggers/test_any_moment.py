"""Every request that runs Lambda triggers, interrupted at each of them by whatever others may do."""

from collections import Counter
from collections.abc import Callable

import pyotp
import pytest

from authflow.emulator import Emulator, ServiceError
from tests.support.emulator.interruptions import ACTS, ENDS, NEW_PASSWORDS, Interruption
from tests.support.emulator.lambdas import answer_riddle, begin_custom_auth
from tests.support.emulator.mfa import CONTACTS, EMAIL, SMS, TOTP, answer_with_sent_code, configure, read_code
from tests.support.emulator.phones import confirm_phone, prove_device, sign_in_with_password
from tests.support.emulator.world import ALL_FLOWS, PASSWORD, TEMPORARY, Clock, Json, World

Request = Callable[[], Json]
FLOWS = [*ALL_FLOWS, "ALLOW_CUSTOM_AUTH", "ALLOW_USER_AUTH"]
POOL: Json = {
    "AutoVerifiedAttributes": ["email"],
    "AliasAttributes": ["email", "phone_number"],
    "SmsConfiguration": {"SnsCallerArn": "arn:aws:iam::123456789012:role/sms"},
    "Policies": {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]}},
    "DeviceConfiguration": {"ChallengeRequiredOnNewDevice": True, "DeviceOnlyRememberedOnUserPrompt": False},
}
NEW = [{"Name": "email", "Value": "new@example.com"}]
BOB = [{"Name": "email", "Value": "bob@example.com"}]


def make_world() -> World:
    clock = Clock()
    made = World(Emulator(clock, seed=7), clock, "", "").make_pool(**POOL)
    world = made.make_client(ExplicitAuthFlows=FLOWS)
    world.make_user("ada", **CONTACTS, email_verified="true", phone_number_verified="true")
    return world


# --- requests: each function makes what its request needs, and returns the request


def sign_up(world: World) -> Request:
    params = {"ClientId": world.client_id, "Username": "bob", "Password": PASSWORD, "UserAttributes": BOB}
    return lambda: world.call("SignUp", **params)


def resend(world: World) -> Request:
    sign_up(world)()
    return lambda: world.call("ResendConfirmationCode", ClientId=world.client_id, Username="bob")


def confirm(world: World) -> Request:
    sign_up(world)()
    code = world.get_last_message().code
    return lambda: world.call("ConfirmSignUp", ClientId=world.client_id, Username="bob", ConfirmationCode=code)


def confirm_as_admin(world: World) -> Request:
    sign_up(world)()
    return lambda: world.call_admin("AdminConfirmSignUp", "bob")


def create(world: World) -> Request:
    params: Json = {"UserAttributes": BOB, "TemporaryPassword": TEMPORARY, "DesiredDeliveryMediums": ["EMAIL"]}
    return lambda: world.call_admin("AdminCreateUser", "bob", **params)


def invite_again(world: World) -> Request:
    create(world)()
    return lambda: world.call_admin("AdminCreateUser", "bob", MessageAction="RESEND")


def forget(world: World) -> Request:
    return lambda: world.call("ForgotPassword", ClientId=world.client_id, Username="ada")


def forget_elsewhere(world: World) -> Request:
    return lambda: world.call("ForgotPassword", ClientId=world.client_id, Username="mia")


def choose_password(world: World) -> Request:
    forget(world)()
    params = {"ClientId": world.client_id, "Username": "ada", "Password": "N3w-horse"}
    code = world.get_last_message().code
    return lambda: world.call("ConfirmForgotPassword", **params, ConfirmationCode=code)


def reset(world: World) -> Request:
    return lambda: world.call_admin("AdminResetUserPassword", "ada")


def update(world: World) -> Request:
    token = world.get_tokens()["AccessToken"]
    return lambda: world.call("UpdateUserAttributes", AccessToken=token, UserAttributes=NEW)


def update_as_admin(world: World) -> Request:
    return lambda: world.call_admin("AdminUpdateUserAttributes", "ada", UserAttributes=NEW)


def ask_for_code(world: World) -> Request:
    token = world.get_tokens()["AccessToken"]
    return lambda: world.call("GetUserAttributeVerificationCode", AccessToken=token, AttributeName="email")


def migrate(world: World) -> Request:
    return lambda: world.initiate(USERNAME="mia", PASSWORD="weak")


def sign_in(world: World) -> Request:
    return lambda: world.initiate(USERNAME="ada", PASSWORD=PASSWORD)


def sign_in_as_admin(world: World) -> Request:
    params = world.make_initiate_params("ADMIN_USER_PASSWORD_AUTH", USERNAME="ada", PASSWORD=PASSWORD)
    return lambda: world.call("AdminInitiateAuth", UserPoolId=world.pool_id, **params)


def sign_in_with_srp(world: World) -> Request:
    return lambda: world.sign_in_with_srp("ada")


def sign_in_without_password(world: World) -> Request:
    def act() -> Json:
        asked = world.initiate("USER_AUTH", USERNAME="ada", PREFERRED_CHALLENGE="EMAIL_OTP")
        return answer_with_sent_code(world, asked) if asked.get("ChallengeName") == EMAIL else asked

    return act


def sign_in_with_email(world: World) -> Request:
    return sign_in_with(world, EMAIL)


def sign_in_with_sms(world: World) -> Request:
    return sign_in_with(world, SMS)


def sign_in_with(world: World, factor: str) -> Request:
    configure(world, "ON", factor)

    def act() -> Json:
        asked = sign_in(world)()
        return answer_with_sent_code(world, asked) if asked.get("ChallengeName") == factor else asked

    return act


def set_up_authenticator(world: World) -> Request:
    configure(world, "ON", TOTP)
    made = world.call("AssociateSoftwareToken", Session=sign_in(world)()["Session"])
    code = read_code(world, pyotp.TOTP(made["SecretCode"]))
    session = world.call("VerifySoftwareToken", Session=made["Session"], UserCode=code)["Session"]
    return lambda: world.respond("MFA_SETUP", session, USERNAME="ada")


def replace_temporary_password(world: World) -> Request:
    create(world)()

    def act() -> Json:
        session = world.initiate(USERNAME="bob", PASSWORD=TEMPORARY)["Session"]
        return world.respond("NEW_PASSWORD_REQUIRED", session, USERNAME="bob", NEW_PASSWORD="N3w-horse")

    return act


def solve_riddle(world: World) -> Request:
    return lambda: answer_riddle(world, begin_custom_auth(world))


def prove_phone(world: World) -> Request:
    phone = confirm_phone(world)

    def act() -> Json:
        asked = sign_in_with_password(world, DEVICE_KEY=phone.key)
        is_asked = asked.get("ChallengeName") == "DEVICE_SRP_AUTH"
        return prove_device(world, phone, asked["Session"]) if is_asked else asked

    return act


def refresh(world: World) -> Request:
    phone = confirm_phone(world)
    token = prove_device(world, phone, sign_in_with_password(world, DEVICE_KEY=phone.key)["Session"])
    params = {"RefreshToken": token["AuthenticationResult"]["RefreshToken"], "DeviceKey": phone.key}
    return lambda: world.call("GetTokensFromRefreshToken", ClientId=world.client_id, **params)


def refresh_with_flow(world: World) -> Request:
    phone = confirm_phone(world)
    made = prove_device(world, phone, sign_in_with_password(world, DEVICE_KEY=phone.key)["Session"])
    token = made["AuthenticationResult"]["RefreshToken"]
    return lambda: world.initiate("REFRESH_TOKEN_AUTH", REFRESH_TOKEN=token, DEVICE_KEY=phone.key)


OF_BOB = [sign_up, resend, confirm, confirm_as_admin, create, invite_again, replace_temporary_password]
OF_MIA = [forget_elsewhere, migrate]
OF_ADA = [
    *(forget, choose_password, reset, update, update_as_admin, ask_for_code),
    *(sign_in, sign_in_as_admin, sign_in_with_srp, sign_in_without_password, sign_in_with_email, sign_in_with_sms),
    *(set_up_authenticator, solve_riddle, prove_phone, refresh, refresh_with_flow),
]
NAMES: dict[Callable[[World], Request], str] = {
    **dict.fromkeys(OF_BOB, "bob"),
    **dict.fromkeys(OF_MIA, "mia"),
    **dict.fromkeys(OF_ADA, "ada"),
}


# --- what holds


def interrupt(prepare: Callable[[World], Request], act: str, moment: int | None) -> tuple[Interruption, Json | None]:
    """Make a request, and do something at a moment. Return the reply, None if the request is refused."""
    world = make_world()
    request = prepare(world)
    interruption = Interruption(world, ACTS[act], NAMES[prepare], moment)
    world.emulator.triggers[world.pool_id] = interruption.triggers()
    reply = None
    try:
        reply = request()
    except ServiceError:
        pass
    finally:
        if world.pool_id in world.emulator.triggers:
            del world.emulator.triggers[world.pool_id]
    assert interruption.error is None
    return interruption, reply


def list_verified_addresses(world: World) -> list[str]:
    users = world.call("ListUsers", UserPoolId=world.pool_id)["Users"]
    held = [{entry["Name"]: entry["Value"] for entry in user["Attributes"]} for user in users]
    return [user[name] for user in held for name in CONTACTS if user.get(f"{name}_verified") == "true"]


def check(interruption: Interruption, prepare: Callable[[World], Request], act: str, reply: Json | None) -> None:
    world, is_signed_in = interruption.world, "AuthenticationResult" in (reply or {})
    keeps_tokens = act not in ENDS and (act not in NEW_PASSWORDS or prepare in {refresh, refresh_with_flow})
    if interruption.is_done and not keeps_tokens:
        assert not is_signed_in
    if act == "nothing":
        assert reply is not None
    if act != "delete the pool":
        assert max(Counter(list_verified_addresses(world)).values(), default=1) == 1


@pytest.mark.slow
@pytest.mark.parametrize("prepare", NAMES, ids=lambda prepare: prepare.__name__)
def test_nothing_that_others_do_meanwhile_does_harm(prepare: Callable[[World], Request]) -> None:
    """No request hangs or fails otherwise than declared; nobody signs in who may not; an address is one user's."""
    planned, _ = interrupt(prepare, "nothing", None)
    assert planned.runs
    for moment in range(len(planned.runs)):
        for act in ACTS:
            interruption, reply = interrupt(prepare, act, moment)
            assert len(interruption.runs) > moment
            check(interruption, prepare, act, reply)
