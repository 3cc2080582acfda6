"""Passkeys in tests: a pool that has them, registration and sign-in."""

import json
from dataclasses import dataclass, replace
from typing import Any

from authflow.testing import SoftwareAuthenticator
from tests.support.emulator.world import PASSWORD, Json, World

RP_ID = "example.com"
ORIGIN = "https://login.example.com"
POLICIES = {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "WEB_AUTHN", "EMAIL_OTP"]}}
FLOWS = ["ALLOW_USER_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]


def make_passkey_pool(empty: World, configuration: Json | None = None, **settings: Any) -> World:
    """Return a pool that allows passkeys, and its confirmed user ada."""
    made = empty.make_pool(Policies=POLICIES, **settings).make_client(ExplicitAuthFlows=FLOWS)
    configure_passkeys(made, **{"RelyingPartyId": RP_ID, **(configuration or {})})
    made.make_user("ada", email="ada@example.com", email_verified="true")
    return made


def configure_passkeys(world: World, mode: str | None = None, **configuration: str) -> Json:
    """Set the WebAuthnConfiguration, and turn on MFA with authenticator apps if there is a mode."""
    mfa = {"MfaConfiguration": mode, "SoftwareTokenMfaConfiguration": {"Enabled": True}} if mode else {}
    return world.call("SetUserPoolMfaConfig", UserPoolId=world.pool_id, WebAuthnConfiguration=configuration, **mfa)


def change_settings(world: World, **settings: Any) -> None:
    world.emulator.settings = replace(world.emulator.settings, **settings)


def make_authenticator(**settings: Any) -> SoftwareAuthenticator:
    return SoftwareAuthenticator(**{"origin": ORIGIN, **settings})


def get_token(world: World, name: str = "ada") -> str:
    token: str = world.initiate(USERNAME=name, PASSWORD=PASSWORD)["AuthenticationResult"]["AccessToken"]
    return token


def start(world: World, token: str) -> Json:
    """Start a registration, and return its options."""
    options: Json = world.call("StartWebAuthnRegistration", AccessToken=token)["CredentialCreationOptions"]
    return options


def complete(world: World, token: str, credential: object) -> None:
    assert world.call("CompleteWebAuthnRegistration", AccessToken=token, Credential=credential) == {}


def refuse(world: World, token: str, credential: object) -> str:
    return world.expect_refusal("CompleteWebAuthnRegistration", AccessToken=token, Credential=credential)


def register(world: World, authenticator: SoftwareAuthenticator, name: str = "ada", token: str | None = None) -> str:
    """Register a passkey for a user, and return its id."""
    token = token or get_token(world, name)
    made = authenticator.create(start(world, token))
    complete(world, token, made)
    identifier: str = made["id"]
    return identifier


def list_passkeys(world: World, token: str, **params: Any) -> list[Json]:
    listed: list[Json] = world.call("ListWebAuthnCredentials", AccessToken=token, **params)["Credentials"]
    return listed


@dataclass(frozen=True)
class Asked:
    """A WEB_AUTHN challenge."""

    session: str
    options: Json
    reply: Json


def ask(world: World, name: str = "ada") -> Asked:
    """Begin a sign-in that prefers passkeys, and return its challenge."""
    reply = world.initiate("USER_AUTH", USERNAME=name, PREFERRED_CHALLENGE="WEB_AUTHN")
    assert reply["ChallengeName"] == "WEB_AUTHN", reply
    options = json.loads(reply["ChallengeParameters"]["CREDENTIAL_REQUEST_OPTIONS"])
    return Asked(reply["Session"], options, reply)


def answer(world: World, session: str, credential: object, name: str = "ada", challenge: str = "WEB_AUTHN") -> Json:
    return world.respond(challenge, session, USERNAME=name, CREDENTIAL=json.dumps(credential))


def refuse_answer(world: World, session: str, credential: object, name: str = "ada") -> str:
    request = world.make_respond_params("WEB_AUTHN", session, USERNAME=name, CREDENTIAL=json.dumps(credential))
    return world.expect_refusal("RespondToAuthChallenge", **request)


def sign_in(world: World, authenticator: SoftwareAuthenticator, name: str = "ada") -> Json:
    """Sign in with a passkey, and return the reply to the credential."""
    asked = ask(world, name)
    return answer(world, asked.session, authenticator.get(asked.options), name)
