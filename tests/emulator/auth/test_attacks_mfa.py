"""Attacks on every challenge of MFA and USER_AUTH: each answer has one flaw, and none is accepted."""

from collections.abc import Callable
from dataclasses import dataclass

import pyotp
import pytest

from tests.support.emulator import srp_client
from tests.support.emulator.mfa import CONTACTS, EMAIL, SMS, TOTP, configure, prefer, read_code, set_up_authenticator
from tests.support.emulator.world import PASSWORD, PRIVATE, Json, World

POLICY = {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP", "SMS_OTP"]}}
SRP_A = f"{pow(2, PRIVATE, srp_client.N):x}"
FLOWS = ["ALLOW_USER_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
REFUSALS = ("NotAuthorizedException", "CodeMismatchException", "InvalidParameterException", "ExpiredCodeException")


@dataclass
class Asked:
    """A challenge and its right answer."""

    challenge: str
    session: str
    answer: dict[str, str]
    operation: str = "RespondToAuthChallenge"


def make_pool(empty: World) -> World:
    """Return a pool with ada and eve, who have the same factors."""
    made = empty.make_pool(Policies=POLICY).make_client(GenerateSecret=True, ExplicitAuthFlows=FLOWS)
    for name in ("ada", "eve"):
        made.make_user(name, **CONTACTS)
    return made


def send_password(world: World, name: str) -> Json:
    """Send the right password and return the challenge for the second factor."""
    return world.initiate(USERNAME=name, PASSWORD=PASSWORD)


def remove_factors(world: World, name: str, contacts: dict[str, str] = CONTACTS) -> None:
    """Remove all factors of a user that earlier challenges of the same test have set up, except these contacts."""
    configure(world, "OPTIONAL", SMS, TOTP, EMAIL)
    user = world.emulator._service.get_pool(world.pool_id).users.find_by_username(name)
    assert user is not None
    user.mfa, user.software_token, user.attributes = frozenset(), None, dict(contacts)


def make_message_challenge(factor: str) -> Callable[[World, str], Asked]:
    def ask(world: World, name: str) -> Asked:
        remove_factors(world, name)
        configure(world, "OPTIONAL", factor)
        prefer(world, name, factor)
        asked = send_password(world, name)
        return Asked(factor, asked["Session"], {f"{factor}_CODE": world.get_last_message().code})

    return ask


def make_software_token(world: World, name: str) -> Asked:
    remove_factors(world, name)
    app = set_up_authenticator(world, name)
    configure(world, "OPTIONAL", TOTP)
    prefer(world, name, TOTP)
    return Asked(TOTP, send_password(world, name)["Session"], {"SOFTWARE_TOKEN_MFA_CODE": read_code(world, app)})


def make_select_mfa_type(world: World, name: str) -> Asked:
    remove_factors(world, name)
    configure(world, "OPTIONAL", SMS, EMAIL)
    prefer(world, name, SMS, EMAIL)
    return Asked("SELECT_MFA_TYPE", send_password(world, name)["Session"], {"ANSWER": SMS})


def make_mfa_setup(world: World, name: str) -> Asked:
    """MFA_SETUP with a verified authenticator app."""
    remove_factors(world, name, {})
    configure(world, "ON", TOTP)
    made = world.call("AssociateSoftwareToken", Session=send_password(world, name)["Session"])
    shown = read_code(world, pyotp.TOTP(made["SecretCode"]))
    verified = world.call("VerifySoftwareToken", Session=made["Session"], UserCode=shown)
    return Asked("MFA_SETUP", verified["Session"], {})


def make_mfa_setup_by_email(world: World, name: str) -> Asked:
    remove_factors(world, name, {})
    configure(world, "ON", EMAIL)
    return Asked("MFA_SETUP", send_password(world, name)["Session"], {"EMAIL": f"{name}@example.org"})


def make_first_factor_challenge(challenge: str) -> Callable[[World, str], Asked]:
    def ask(world: World, name: str) -> Asked:
        remove_factors(world, name)
        asked = world.initiate("USER_AUTH", USERNAME=name, PREFERRED_CHALLENGE=challenge)
        return Asked(challenge, asked["Session"], {f"{challenge}_CODE": world.get_last_message().code})

    return ask


def make_select_challenge(world: World, name: str) -> Asked:
    session = world.initiate("USER_AUTH", USERNAME=name)["Session"]
    return Asked("SELECT_CHALLENGE", session, {"ANSWER": "PASSWORD", "PASSWORD": PASSWORD})


def make_password(world: World, name: str) -> Asked:
    session = world.initiate("USER_AUTH", USERNAME=name, PREFERRED_CHALLENGE="PASSWORD")["Session"]
    return Asked("PASSWORD", session, {"PASSWORD": PASSWORD})


def make_password_srp(world: World, name: str) -> Asked:
    session = world.initiate("USER_AUTH", USERNAME=name, PREFERRED_CHALLENGE="PASSWORD_SRP")["Session"]
    return Asked("PASSWORD_SRP", session, {"SRP_A": SRP_A})


def make_password_verifier(world: World, name: str) -> Asked:
    asked = world.initiate("USER_AUTH", USERNAME=name, PREFERRED_CHALLENGE="PASSWORD_SRP", SRP_A=SRP_A)
    claim = world.make_proof(asked["ChallengeParameters"])
    del claim["USERNAME"]
    return Asked("PASSWORD_VERIFIER", asked["Session"], claim)


def make_admin_no_srp_auth(world: World, name: str) -> Asked:
    request = world.make_initiate_params("ADMIN_NO_SRP_AUTH", USERNAME=name)
    session = world.call("AdminInitiateAuth", UserPoolId=world.pool_id, **request)["Session"]
    return Asked("ADMIN_NO_SRP_AUTH", session, {"PASSWORD": PASSWORD}, "AdminRespondToAuthChallenge")


CHALLENGES: dict[str, Callable[[World, str], Asked]] = {
    "SMS_MFA": make_message_challenge(SMS),
    "EMAIL_OTP": make_message_challenge(EMAIL),
    "SOFTWARE_TOKEN_MFA": make_software_token,
    "SELECT_MFA_TYPE": make_select_mfa_type,
    "MFA_SETUP": make_mfa_setup,
    "MFA_SETUP by email": make_mfa_setup_by_email,
    "EMAIL_OTP first": make_first_factor_challenge("EMAIL_OTP"),
    "SMS_OTP": make_first_factor_challenge("SMS_OTP"),
    "SELECT_CHALLENGE": make_select_challenge,
    "PASSWORD": make_password,
    "PASSWORD_SRP": make_password_srp,
    "PASSWORD_VERIFIER": make_password_verifier,
    "ADMIN_NO_SRP_AUTH": make_admin_no_srp_auth,
}
#: further challenge names that answer a challenge
ANSWERED_BY = {"SELECT_CHALLENGE": {"PASSWORD", "PASSWORD_SRP"}}
every = pytest.mark.parametrize("challenge", CHALLENGES)


def make_request(world: World, asked: Asked, name: str = "ada", **changes: object) -> Json:
    """Return a request with the right answer and some changes."""
    made = world.make_respond_params(asked.challenge, asked.session, USERNAME=name, **asked.answer)
    admin = {"UserPoolId": world.pool_id} if asked.operation.startswith("Admin") else {}
    return {**made, **admin, **changes}


def expect_refusal(world: World, asked: Asked, name: str = "ada", **changes: object) -> str:
    refusal = world.expect_refusal(asked.operation, **make_request(world, asked, name, **changes))
    assert refusal.startswith(REFUSALS)
    return refusal


@every
def test_right_answer(empty: World, challenge: str) -> None:
    """The unchanged answer is accepted, so the tests below fail for their one flaw."""
    world = make_pool(empty)
    asked = CHALLENGES[challenge](world, "ada")
    reply = world.call(asked.operation, **make_request(world, asked))
    assert "AuthenticationResult" in reply or "ChallengeName" in reply


@every
def test_session_of_another_user(empty: World, challenge: str) -> None:
    world = make_pool(empty)
    mine = CHALLENGES[challenge](world, "eve")
    hers = CHALLENGES[challenge](world, "ada")
    expect_refusal(world, hers, Session=mine.session)  # eve's Session, everything else ada's
    expect_refusal(world, mine, "eve", Session=hers.session)
    expect_refusal(world, mine, "ada")  # eve's Session and answer with ada's username


@every
@pytest.mark.parametrize("other", CHALLENGES)
def test_session_of_another_challenge(empty: World, challenge: str, other: str) -> None:
    world = make_pool(empty)
    session = CHALLENGES[other](world, "ada").session
    asked = CHALLENGES[challenge](world, "ada")
    if asked.challenge in {other.partition(" ")[0], *ANSWERED_BY.get(other, ())}:
        return
    expect_refusal(world, asked, Session=session)


@every
def test_no_session(empty: World, challenge: str) -> None:
    world = make_pool(empty)
    expect_refusal(world, CHALLENGES[challenge](world, "ada"), Session=None)


@every
def test_used_session(empty: World, challenge: str) -> None:
    world = make_pool(empty)
    asked = CHALLENGES[challenge](world, "ada")
    world.call(asked.operation, **make_request(world, asked))
    assert "session can only be used once" in expect_refusal(world, asked)


@every
def test_expired_session(empty: World, challenge: str) -> None:
    world = make_pool(empty)
    asked = CHALLENGES[challenge](world, "ada")
    world.clock.forward(minutes=3)
    assert "session is expired" in expect_refusal(world, asked)


@every
def test_session_of_another_client(empty: World, challenge: str) -> None:
    world = make_pool(empty)
    asked = CHALLENGES[challenge](world, "ada")
    expect_refusal(world.make_client(GenerateSecret=True, ExplicitAuthFlows=FLOWS), asked)


@every
def test_omitted_fields(empty: World, challenge: str) -> None:
    world = make_pool(empty)
    asked = CHALLENGES[challenge](world, "ada")
    right = make_request(world, asked)["ChallengeResponses"]
    for name in right:
        for responses in ({key: value for key, value in right.items() if key != name}, {**right, name: ""}):
            expect_refusal(world, asked, ChallengeResponses=responses)
    assert world.call(asked.operation, **make_request(world, asked))  # nothing was used up


@every
def test_wrong_hash(empty: World, challenge: str) -> None:
    world = make_pool(empty)
    asked = CHALLENGES[challenge](world, "ada")
    right = make_request(world, asked)["ChallengeResponses"]
    expect_refusal(world, asked, ChallengeResponses={**right, **world.make_secret_hash("eve")})


@every
def test_user_disabled_or_deleted_since(empty: World, challenge: str) -> None:
    world = make_pool(empty)
    asked = CHALLENGES[challenge](world, "ada")
    world.call_admin("AdminDisableUser", "ada")
    assert "User is disabled" in expect_refusal(world, asked)
    world.call_admin("AdminEnableUser", "ada")
    asked = CHALLENGES[challenge](world, "ada")
    world.call_admin("AdminDeleteUser", "ada")
    world.make_user("ada", **CONTACTS)
    expect_refusal(world, asked)


@every
def test_password_changed_since(empty: World, challenge: str) -> None:
    world = make_pool(empty)
    asked = CHALLENGES[challenge](world, "ada")
    world.call_admin("AdminSetUserPassword", "ada", Password=PASSWORD, Permanent=True)
    expect_refusal(world, asked)


WITH_CODES = [name for name in CHALLENGES if name.partition(" ")[0] in {SMS, EMAIL, TOTP, "SMS_OTP"}]


@pytest.mark.parametrize("challenge", WITH_CODES)
def test_code_of_another_user(empty: World, challenge: str) -> None:
    world = make_pool(empty)
    mine = CHALLENGES[challenge](world, "eve")
    hers = CHALLENGES[challenge](world, "ada")
    while mine.answer == hers.answer:  # codes are equal once in a million times
        hers = CHALLENGES[challenge](world, "ada")
    right = make_request(world, hers)["ChallengeResponses"]
    assert "CodeMismatch" in expect_refusal(world, hers, ChallengeResponses={**right, **mine.answer})


@pytest.mark.parametrize("challenge", [SMS, EMAIL, TOTP, "SELECT_MFA_TYPE", "MFA_SETUP"])
def test_second_factor_without_the_first(empty: World, challenge: str) -> None:
    """Only USER_AUTH gives a Session without any proof."""
    world = make_pool(empty)
    answer = CHALLENGES[challenge](world, "ada").answer
    configure(world, "OPTIONAL", SMS)
    for preferred in ("PASSWORD", "PASSWORD_SRP", "NONE"):
        session = world.initiate("USER_AUTH", USERNAME="ada", PREFERRED_CHALLENGE=preferred)["Session"]
        expect_refusal(world, Asked(challenge, session, answer))
        assert "Invalid session" in world.expect_refusal("AssociateSoftwareToken", Session=session)


def test_choosing_the_second_factor_does_not_prove_it(empty: World) -> None:
    world = make_pool(empty)
    chosen = make_select_mfa_type(world, "ada")
    asked = world.call(chosen.operation, **make_request(world, chosen))
    for challenge in ("SELECT_MFA_TYPE", "MFA_SETUP", EMAIL, TOTP, "SELECT_CHALLENGE", "PASSWORD"):
        answer = {"ANSWER": "PASSWORD", "PASSWORD": PASSWORD, "EMAIL_OTP_CODE": world.get_last_message().code}
        expect_refusal(world, Asked(challenge, asked["Session"], answer))


def test_verified_set_up_of_somebody_else(empty: World) -> None:
    """VerifySoftwareToken has no USERNAME: the Session identifies the user."""
    world = make_pool(empty)
    mine = make_mfa_setup(world, "eve")
    expect_refusal(world, mine, "ada")
    assert "AuthenticationResult" in world.call(mine.operation, **make_request(world, mine, "eve"))
    assert "UserMFASettingList" not in world.call_admin("AdminGetUser", "ada")


def test_access_token_of_somebody_else_sets_up_nothing_for_ada(empty: World) -> None:
    world = make_pool(empty)
    configure(world, "OPTIONAL", TOTP)
    set_up_authenticator(world, "eve")
    settings: Json = {"SoftwareTokenMfaSettings": {"Enabled": True}}
    refusal = world.expect_refusal("AdminSetUserMFAPreference", UserPoolId=world.pool_id, Username="ada", **settings)
    assert refusal.endswith("User does not have delivery config set to turn on SOFTWARE_TOKEN_MFA")
