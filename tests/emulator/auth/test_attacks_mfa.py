"""Attacks on every challenge of MFA and of USER_AUTH: each answer is right but for one thing. None gives tokens."""

from collections.abc import Callable
from dataclasses import dataclass

import pyotp
import pytest

from tests.support.emulator import srp_client
from tests.support.emulator.mfa import CONTACTS, EMAIL, SMS, TOTP, authenticator, code, configure, prefer
from tests.support.emulator.world import PASSWORD, PRIVATE, Json, World

POLICY = {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP", "SMS_OTP"]}}
SRP_A = f"{pow(2, PRIVATE, srp_client.N):x}"
FLOWS = ["ALLOW_USER_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
REFUSALS = ("NotAuthorizedException", "CodeMismatchException", "InvalidParameterException", "ExpiredCodeException")


@dataclass
class Asked:
    """A challenge to a user, and the answer that would be right."""

    challenge: str
    session: str
    answer: dict[str, str]
    operation: str = "RespondToAuthChallenge"


def pool(empty: World) -> World:
    """A pool with ada and eve, who have the same factors."""
    made = empty.pool(Policies=POLICY).client(GenerateSecret=True, ExplicitAuthFlows=FLOWS)
    for name in ("ada", "eve"):
        made.user(name, **CONTACTS)
    return made


def password(world: World, name: str) -> Json:
    """Prove the password, which leads to the second factor."""
    return world.initiate(USERNAME=name, PASSWORD=PASSWORD)


def forget(world: World, name: str) -> None:
    """Take all factors from a user, whatever an earlier challenge of the same test gave."""
    configure(world, "OFF", SMS, TOTP, EMAIL)
    user = world.emulator._service.pool(world.pool_id).by_username(name)
    assert user is not None
    user.mfa, user.software_token, user.attributes = frozenset(), None, dict(CONTACTS)


def message(factor: str) -> Callable[[World, str], Asked]:
    def ask(world: World, name: str) -> Asked:
        forget(world, name)
        configure(world, "OPTIONAL", factor)
        prefer(world, name, factor)
        asked = password(world, name)
        return Asked(factor, asked["Session"], {f"{factor}_CODE": world.last_message().code})

    return ask


def software_token(world: World, name: str) -> Asked:
    forget(world, name)
    app = authenticator(world, name)
    configure(world, "OPTIONAL", TOTP)
    prefer(world, name, TOTP)
    return Asked(TOTP, password(world, name)["Session"], {"SOFTWARE_TOKEN_MFA_CODE": code(world, app)})


def select_mfa_type(world: World, name: str) -> Asked:
    forget(world, name)
    configure(world, "OPTIONAL", SMS, EMAIL)
    prefer(world, name, SMS, EMAIL)
    return Asked("SELECT_MFA_TYPE", password(world, name)["Session"], {"ANSWER": SMS})


def mfa_setup(world: World, name: str) -> Asked:
    """MFA_SETUP with an authenticator that was verified."""
    forget(world, name)
    configure(world, "ON", TOTP)
    made = world.call("AssociateSoftwareToken", Session=password(world, name)["Session"])
    shown = code(world, pyotp.TOTP(made["SecretCode"]))
    verified = world.call("VerifySoftwareToken", Session=made["Session"], UserCode=shown)
    return Asked("MFA_SETUP", verified["Session"], {})


def mfa_setup_by_email(world: World, name: str) -> Asked:
    forget(world, name)
    configure(world, "ON", EMAIL)
    return Asked("MFA_SETUP", password(world, name)["Session"], {"EMAIL": f"{name}@example.org"})


def first_factor(challenge: str) -> Callable[[World, str], Asked]:
    def ask(world: World, name: str) -> Asked:
        forget(world, name)
        asked = world.initiate("USER_AUTH", USERNAME=name, PREFERRED_CHALLENGE=challenge)
        return Asked(challenge, asked["Session"], {f"{challenge}_CODE": world.last_message().code})

    return ask


def select_challenge(world: World, name: str) -> Asked:
    session = world.initiate("USER_AUTH", USERNAME=name)["Session"]
    return Asked("SELECT_CHALLENGE", session, {"ANSWER": "PASSWORD", "PASSWORD": PASSWORD})


def plain_password(world: World, name: str) -> Asked:
    session = world.initiate("USER_AUTH", USERNAME=name, PREFERRED_CHALLENGE="PASSWORD")["Session"]
    return Asked("PASSWORD", session, {"PASSWORD": PASSWORD})


def password_srp(world: World, name: str) -> Asked:
    session = world.initiate("USER_AUTH", USERNAME=name, PREFERRED_CHALLENGE="PASSWORD_SRP")["Session"]
    return Asked("PASSWORD_SRP", session, {"SRP_A": SRP_A})


def password_verifier(world: World, name: str) -> Asked:
    asked = world.initiate("USER_AUTH", USERNAME=name, PREFERRED_CHALLENGE="PASSWORD_SRP", SRP_A=SRP_A)
    claim = world.claim(asked["ChallengeParameters"])
    del claim["USERNAME"]
    return Asked("PASSWORD_VERIFIER", asked["Session"], claim)


def admin_no_srp_auth(world: World, name: str) -> Asked:
    request = world.initiation("ADMIN_NO_SRP_AUTH", USERNAME=name)
    session = world.call("AdminInitiateAuth", UserPoolId=world.pool_id, **request)["Session"]
    return Asked("ADMIN_NO_SRP_AUTH", session, {"PASSWORD": PASSWORD}, "AdminRespondToAuthChallenge")


CHALLENGES: dict[str, Callable[[World, str], Asked]] = {
    "SMS_MFA": message(SMS),
    "EMAIL_OTP": message(EMAIL),
    "SOFTWARE_TOKEN_MFA": software_token,
    "SELECT_MFA_TYPE": select_mfa_type,
    "MFA_SETUP": mfa_setup,
    "MFA_SETUP by email": mfa_setup_by_email,
    "EMAIL_OTP first": first_factor("EMAIL_OTP"),
    "SMS_OTP": first_factor("SMS_OTP"),
    "SELECT_CHALLENGE": select_challenge,
    "PASSWORD": plain_password,
    "PASSWORD_SRP": password_srp,
    "PASSWORD_VERIFIER": password_verifier,
    "ADMIN_NO_SRP_AUTH": admin_no_srp_auth,
}
#: what else answers a challenge
ANSWERED_BY = {"SELECT_CHALLENGE": {"PASSWORD", "PASSWORD_SRP"}}
every = pytest.mark.parametrize("challenge", CHALLENGES)


def request(world: World, asked: Asked, name: str = "ada", **changes: object) -> Json:
    """Return the right answer, changed."""
    made = world.response(asked.challenge, asked.session, USERNAME=name, **asked.answer)
    admin = {"UserPoolId": world.pool_id} if asked.operation.startswith("Admin") else {}
    return {**made, **admin, **changes}


def refused(world: World, asked: Asked, name: str = "ada", **changes: object) -> str:
    refusal = world.refused(asked.operation, **request(world, asked, name, **changes))
    assert refusal.startswith(REFUSALS)
    return refusal


@every
def test_right_answer(empty: World, challenge: str) -> None:
    """The others below are refused for their one flaw."""
    world = pool(empty)
    asked = CHALLENGES[challenge](world, "ada")
    reply = world.call(asked.operation, **request(world, asked))
    assert "AuthenticationResult" in reply or "ChallengeName" in reply


@every
def test_session_of_another_user(empty: World, challenge: str) -> None:
    world = pool(empty)
    mine = CHALLENGES[challenge](world, "eve")
    hers = CHALLENGES[challenge](world, "ada")
    refused(world, hers, Session=mine.session)  # eve's Session, everything else ada's
    refused(world, mine, "eve", Session=hers.session)
    refused(world, mine, "ada")  # eve's Session and answer in ada's name


@every
@pytest.mark.parametrize("other", CHALLENGES)
def test_session_of_another_challenge(empty: World, challenge: str, other: str) -> None:
    world = pool(empty)
    session = CHALLENGES[other](world, "ada").session
    asked = CHALLENGES[challenge](world, "ada")
    if asked.challenge in {other.partition(" ")[0], *ANSWERED_BY.get(other, ())}:
        return
    refused(world, asked, Session=session)


@every
def test_no_session(empty: World, challenge: str) -> None:
    world = pool(empty)
    refused(world, CHALLENGES[challenge](world, "ada"), Session=None)


@every
def test_used_session(empty: World, challenge: str) -> None:
    world = pool(empty)
    asked = CHALLENGES[challenge](world, "ada")
    world.call(asked.operation, **request(world, asked))
    assert "session can only be used once" in refused(world, asked)


@every
def test_expired_session(empty: World, challenge: str) -> None:
    world = pool(empty)
    asked = CHALLENGES[challenge](world, "ada")
    world.clock.forward(minutes=3)
    assert "session is expired" in refused(world, asked)


@every
def test_session_of_another_client(empty: World, challenge: str) -> None:
    world = pool(empty)
    asked = CHALLENGES[challenge](world, "ada")
    refused(world.client(GenerateSecret=True, ExplicitAuthFlows=FLOWS), asked)


@every
def test_omitted_fields(empty: World, challenge: str) -> None:
    world = pool(empty)
    asked = CHALLENGES[challenge](world, "ada")
    right = request(world, asked)["ChallengeResponses"]
    for name in right:
        for responses in ({key: value for key, value in right.items() if key != name}, {**right, name: ""}):
            refused(world, asked, ChallengeResponses=responses)
    assert world.call(asked.operation, **request(world, asked))  # nothing was used up


@every
def test_wrong_hash(empty: World, challenge: str) -> None:
    world = pool(empty)
    asked = CHALLENGES[challenge](world, "ada")
    right = request(world, asked)["ChallengeResponses"]
    refused(world, asked, ChallengeResponses={**right, **world.hashed("eve")})


@every
def test_user_disabled_or_deleted_since(empty: World, challenge: str) -> None:
    world = pool(empty)
    asked = CHALLENGES[challenge](world, "ada")
    world.admin("AdminDisableUser", "ada")
    if challenge == "PASSWORD_SRP":  # not told before the password is proven
        verifier = world.call(asked.operation, **request(world, asked))
        claim = world.claim(verifier["ChallengeParameters"])
        answer = world.response("PASSWORD_VERIFIER", verifier["Session"], **claim)
        assert "User is disabled" in world.refused("RespondToAuthChallenge", **answer)
    else:
        assert "User is disabled" in refused(world, asked)
    world.admin("AdminEnableUser", "ada")
    asked = CHALLENGES[challenge](world, "ada")
    world.admin("AdminDeleteUser", "ada")
    world.user("ada", **CONTACTS)
    refused(world, asked)


@every
def test_password_changed_since(empty: World, challenge: str) -> None:
    world = pool(empty)
    asked = CHALLENGES[challenge](world, "ada")
    world.admin("AdminSetUserPassword", "ada", Password=PASSWORD, Permanent=True)
    refused(world, asked)


WITH_CODES = [name for name in CHALLENGES if name.partition(" ")[0] in {SMS, EMAIL, TOTP, "SMS_OTP"}]


@pytest.mark.parametrize("challenge", WITH_CODES)
def test_code_of_another_user(empty: World, challenge: str) -> None:
    world = pool(empty)
    mine = CHALLENGES[challenge](world, "eve")
    hers = CHALLENGES[challenge](world, "ada")
    while mine.answer == hers.answer:  # once in a million times
        hers = CHALLENGES[challenge](world, "ada")
    right = request(world, hers)["ChallengeResponses"]
    assert "CodeMismatch" in refused(world, hers, ChallengeResponses={**right, **mine.answer})


@pytest.mark.parametrize("challenge", [SMS, EMAIL, TOTP, "SELECT_MFA_TYPE", "MFA_SETUP"])
def test_second_factor_without_the_first(empty: World, challenge: str) -> None:
    """The only Session to be had without a proof is that of USER_AUTH."""
    world = pool(empty)
    answer = CHALLENGES[challenge](world, "ada").answer
    configure(world, "OPTIONAL", SMS)
    for preferred in ("PASSWORD", "PASSWORD_SRP", "NONE"):
        session = world.initiate("USER_AUTH", USERNAME="ada", PREFERRED_CHALLENGE=preferred)["Session"]
        refused(world, Asked(challenge, session, answer))
        assert "Invalid session" in world.refused("AssociateSoftwareToken", Session=session)


def test_choosing_the_second_factor_does_not_prove_it(empty: World) -> None:
    world = pool(empty)
    chosen = select_mfa_type(world, "ada")
    asked = world.call(chosen.operation, **request(world, chosen))
    for challenge in ("SELECT_MFA_TYPE", "MFA_SETUP", EMAIL, TOTP, "SELECT_CHALLENGE", "PASSWORD"):
        answer = {"ANSWER": "PASSWORD", "PASSWORD": PASSWORD, "EMAIL_OTP_CODE": world.last_message().code}
        refused(world, Asked(challenge, asked["Session"], answer))


def test_verified_set_up_of_somebody_else(empty: World) -> None:
    """VerifySoftwareToken has no USERNAME: its Session says whose authenticator it is."""
    world = pool(empty)
    mine = mfa_setup(world, "eve")
    refused(world, mine, "ada")
    assert "AuthenticationResult" in world.call(mine.operation, **request(world, mine, "eve"))
    assert "UserMFASettingList" not in world.admin("AdminGetUser", "ada")


def test_access_token_of_somebody_else_sets_up_nothing_for_ada(empty: World) -> None:
    world = pool(empty)
    configure(world, "OPTIONAL", TOTP)
    authenticator(world, "eve")
    settings: Json = {"SoftwareTokenMfaSettings": {"Enabled": True}}
    refusal = world.refused("AdminSetUserMFAPreference", UserPoolId=world.pool_id, Username="ada", **settings)
    assert refusal.endswith("User has not verified software token mfa")
