"""A pool, an app client and a clock, with short methods for common calls."""

import hmac
from base64 import b64encode
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from authflow.emulator import Emulator, Message, ServiceError, Settings
from tests.support.emulator import srp_client

PASSWORD = "Corr3ct-horse"
#: what a pool needs before it can send codes of MFA by email
SENDER = {"EmailSendingAccount": "DEVELOPER", "SourceArn": "arn:aws:ses:eu-west-1:123456789012:identity/a@example.com"}
TEMPORARY = "Temp-0rary"
OTHER_PASSWORD = "0ther-Horse"
PRIVATE = 0x5EED << 240  # the client's private value a; any value will do
ALL_FLOWS = [
    "ALLOW_USER_SRP_AUTH",
    "ALLOW_USER_PASSWORD_AUTH",
    "ALLOW_ADMIN_USER_PASSWORD_AUTH",
    "ALLOW_REFRESH_TOKEN_AUTH",
]

#: for clients that rotate refresh tokens
ROTATING_FLOWS = [flow for flow in ALL_FLOWS if flow != "ALLOW_REFRESH_TOKEN_AUTH"]

Json = dict[str, Any]


@dataclass
class Clock:
    now: datetime = datetime(2026, 11, 7, 9, 5, 3, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **step: float) -> None:
        self.now += timedelta(**step)


@dataclass
class World:
    """An emulator with one pool and one app client. Use ``dataclasses.replace`` for another pool or client."""

    emulator: Emulator
    clock: Clock
    pool_id: str
    client_id: str
    secret: str | None = field(default=None, repr=False)

    def call(self, operation: str, **params: object) -> Json:
        return self.emulator.call(operation, params)

    def call_admin(self, operation: str, username: str, **params: object) -> Json:
        return self.call(operation, UserPoolId=self.pool_id, Username=username, **params)

    def expect_refusal(self, operation: str, **params: object) -> str:
        """Call an operation that must be refused, and return ``code: message`` of the error."""
        with pytest.raises(ServiceError) as caught:
            self.call(operation, **params)
        return str(caught.value)

    def make_secret_hash(self, name: str) -> dict[str, str]:
        """Return the SECRET_HASH parameter; empty if the client has no secret."""
        if self.secret is None:
            return {}
        digest = hmac.new(self.secret.encode(), (name + self.client_id).encode(), "sha256").digest()
        return {"SECRET_HASH": b64encode(digest).decode()}

    def make_client(self, **settings: object) -> "World":
        """Create a client of this pool, and return a world with it."""
        given: Json = {"ClientName": "app", "ExplicitAuthFlows": ALL_FLOWS, **settings}
        made = self.call("CreateUserPoolClient", UserPoolId=self.pool_id, **given)["UserPoolClient"]
        return World(self.emulator, self.clock, self.pool_id, made["ClientId"], made.get("ClientSecret"))

    def make_pool(self, **settings: object) -> "World":
        """Create a pool, which may send codes by email, and a client, and return a world with them."""
        made = self.call("CreateUserPool", PoolName="people", **{"EmailConfiguration": SENDER, **settings})["UserPool"]
        return World(self.emulator, self.clock, made["Id"], "").make_client()

    def make_user(self, name: str, password: str = PASSWORD, **attributes: str) -> str:
        """Create a confirmed user, and return the canonical username."""
        made = self.invite(name, TEMPORARY, **attributes)
        self.call_admin("AdminSetUserPassword", made, Password=password, Permanent=True)
        return made

    def invite(self, name: str, password: str = TEMPORARY, **attributes: str) -> str:
        """Create a user with a temporary password, and return the canonical username."""
        given = [{"Name": key, "Value": value} for key, value in attributes.items()]
        made = self.call_admin("AdminCreateUser", name, UserAttributes=given, TemporaryPassword=password)
        username: str = made["User"]["Username"]
        return username

    def initiate(self, flow: str = "USER_PASSWORD_AUTH", **parameters: str) -> Json:
        return self.call("InitiateAuth", **self.make_initiate_params(flow, **parameters))

    def make_initiate_params(self, flow: str, **parameters: str) -> Json:
        """Return the parameters of InitiateAuth. The SECRET_HASH is correct unless you pass one."""
        secret_hash = self.make_secret_hash(parameters["USERNAME"]) if "USERNAME" in parameters else {}
        return {"AuthFlow": flow, "ClientId": self.client_id, "AuthParameters": {**secret_hash, **parameters}}

    def respond(self, challenge: str, session: str | None = None, **responses: str) -> Json:
        return self.call("RespondToAuthChallenge", **self.make_respond_params(challenge, session, **responses))

    def make_respond_params(self, challenge: str, session: str | None = None, **responses: str) -> Json:
        """Return the parameters of RespondToAuthChallenge. The SECRET_HASH is correct unless you pass one."""
        secret_hash = self.make_secret_hash(responses["USERNAME"]) if "USERNAME" in responses else {}
        return {
            "ClientId": self.client_id,
            "ChallengeName": challenge,
            "ChallengeResponses": {**secret_hash, **responses},
            "Session": session,
        }

    def start_srp(self, name: str) -> dict[str, str]:
        """Start an SRP sign-in, and return the parameters of PASSWORD_VERIFIER."""
        srp_a = f"{pow(2, PRIVATE, srp_client.N):x}"
        parameters: dict[str, str] = self.initiate("USER_SRP_AUTH", USERNAME=name, SRP_A=srp_a)["ChallengeParameters"]
        return parameters

    def make_proof(self, challenge: dict[str, str], password: str = PASSWORD) -> dict[str, str]:
        """Return the answer to PASSWORD_VERIFIER."""
        stamp = srp_client.format_timestamp(self.clock.now)
        return srp_client.make_password_proof(PRIVATE, challenge, self.pool_id, password, stamp)

    def sign_in_with_srp(self, name: str, password: str = PASSWORD) -> Json:
        """Sign in with SRP, and return the reply to the proof."""
        return self.respond("PASSWORD_VERIFIER", **self.make_proof(self.start_srp(name), password))

    def get_tokens(self, name: str = "ada", password: str = PASSWORD) -> Json:
        """Sign in with the password, and return the AuthenticationResult."""
        result: Json = self.initiate(USERNAME=name, PASSWORD=password)["AuthenticationResult"]
        return result

    def get_last_message(self) -> Message:
        return self.emulator.outbox[-1]


def make_with_settings(empty: World, settings: Settings) -> World:
    """Return a world whose emulator has these settings, with the user ada."""
    made = replace(empty, emulator=Emulator(empty.clock, settings=settings)).make_pool()
    made.make_user("ada")
    return made


def expect_proof_refusal(world: World, claim: dict[str, str], session: str | None = None) -> str:
    return world.expect_refusal(
        "RespondToAuthChallenge", **world.make_respond_params("PASSWORD_VERIFIER", session, **claim)
    )


def make_new_password_params(world: World, session: str | None, **changes: str) -> Json:
    answer = {"USERNAME": "bob", "NEW_PASSWORD": OTHER_PASSWORD, **changes}
    return world.make_respond_params("NEW_PASSWORD_REQUIRED", session, **answer)


def open_session(world: World, name: str = "bob") -> str:
    session: str = world.initiate(USERNAME=name, PASSWORD=TEMPORARY)["Session"]
    return session
