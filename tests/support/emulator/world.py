"""A pool, an app client and a clock, and short ways to use them."""

import hmac
from base64 import b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from authflow.emulator import Emulator, Message, ServiceError
from tests.support.emulator import srp_client

PASSWORD = "Corr3ct-horse"
TEMPORARY = "Temp-0rary"
OTHER_PASSWORD = "0ther-Horse"
PRIVATE = 0x5EED << 240  # a client's a; any will do
ALL_FLOWS = [
    "ALLOW_USER_SRP_AUTH",
    "ALLOW_USER_PASSWORD_AUTH",
    "ALLOW_ADMIN_USER_PASSWORD_AUTH",
    "ALLOW_REFRESH_TOKEN_AUTH",
]

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
    """One pool and one client; ``dataclasses.replace`` gives a world with another one."""

    emulator: Emulator
    clock: Clock
    pool_id: str
    client_id: str
    secret: str | None = field(default=None, repr=False)

    def call(self, operation: str, **params: object) -> Json:
        return self.emulator.call(operation, params)

    def admin(self, operation: str, username: str, **params: object) -> Json:
        return self.call(operation, UserPoolId=self.pool_id, Username=username, **params)

    def refused(self, operation: str, **params: object) -> str:
        """Return ``code: message`` of a call that must be refused."""
        with pytest.raises(ServiceError) as caught:
            self.call(operation, **params)
        return str(caught.value)

    def hashed(self, name: str) -> dict[str, str]:
        if self.secret is None:
            return {}
        digest = hmac.new(self.secret.encode(), (name + self.client_id).encode(), "sha256").digest()
        return {"SECRET_HASH": b64encode(digest).decode()}

    def client(self, **settings: object) -> "World":
        """Return a world with a new client of this pool."""
        given: Json = {"ClientName": "app", "ExplicitAuthFlows": ALL_FLOWS, **settings}
        made = self.call("CreateUserPoolClient", UserPoolId=self.pool_id, **given)["UserPoolClient"]
        return World(self.emulator, self.clock, self.pool_id, made["ClientId"], made.get("ClientSecret"))

    def pool(self, **settings: object) -> "World":
        """Return a world with a new pool and a client of it."""
        made = self.call("CreateUserPool", PoolName="people", **settings)["UserPool"]
        return World(self.emulator, self.clock, made["Id"], "").client()

    def user(self, name: str, password: str = PASSWORD, **attributes: str) -> str:
        """Make a confirmed user; returns the canonical username."""
        made = self.invited(name, TEMPORARY, **attributes)
        self.admin("AdminSetUserPassword", made, Password=password, Permanent=True)
        return made

    def invited(self, name: str, password: str = TEMPORARY, **attributes: str) -> str:
        """Make a user with a temporary password; returns the canonical username."""
        given = [{"Name": key, "Value": value} for key, value in attributes.items()]
        made = self.admin("AdminCreateUser", name, UserAttributes=given, TemporaryPassword=password)
        username: str = made["User"]["Username"]
        return username

    def initiate(self, flow: str = "USER_PASSWORD_AUTH", **parameters: str) -> Json:
        return self.call("InitiateAuth", **self.initiation(flow, **parameters))

    def initiation(self, flow: str, **parameters: str) -> Json:
        """Return InitiateAuth's parameters; the SECRET_HASH is right unless it is given."""
        hashed = self.hashed(parameters["USERNAME"]) if "USERNAME" in parameters else {}
        return {"AuthFlow": flow, "ClientId": self.client_id, "AuthParameters": {**hashed, **parameters}}

    def respond(self, challenge: str, session: str | None = None, **responses: str) -> Json:
        return self.call("RespondToAuthChallenge", **self.response(challenge, session, **responses))

    def response(self, challenge: str, session: str | None = None, **responses: str) -> Json:
        """Return RespondToAuthChallenge's parameters; the SECRET_HASH is right unless it is given."""
        hashed = self.hashed(responses["USERNAME"]) if "USERNAME" in responses else {}
        return {
            "ClientId": self.client_id,
            "ChallengeName": challenge,
            "ChallengeResponses": {**hashed, **responses},
            "Session": session,
        }

    def srp_challenge(self, name: str) -> dict[str, str]:
        """Return what PASSWORD_VERIFIER is asked with."""
        srp_a = f"{pow(2, PRIVATE, srp_client.N):x}"
        parameters: dict[str, str] = self.initiate("USER_SRP_AUTH", USERNAME=name, SRP_A=srp_a)["ChallengeParameters"]
        return parameters

    def claim(self, challenge: dict[str, str], password: str = PASSWORD) -> dict[str, str]:
        """Return an answer to PASSWORD_VERIFIER."""
        stamp = srp_client.timestamp(self.clock.now)
        return srp_client.claim(PRIVATE, challenge, self.pool_id, password, stamp)

    def srp(self, name: str, password: str = PASSWORD) -> Json:
        """Sign in by SRP as far as the password goes."""
        return self.respond("PASSWORD_VERIFIER", **self.claim(self.srp_challenge(name), password))

    def tokens(self, name: str = "ada", password: str = PASSWORD) -> Json:
        """Sign in and return the AuthenticationResult."""
        result: Json = self.initiate(USERNAME=name, PASSWORD=password)["AuthenticationResult"]
        return result

    def last_message(self) -> Message:
        return self.emulator.outbox[-1]


def refused_claim(world: World, claim: dict[str, str], session: str | None = None) -> str:
    return world.refused("RespondToAuthChallenge", **world.response("PASSWORD_VERIFIER", session, **claim))


def new_password(world: World, session: str | None, **changes: str) -> Json:
    answer = {"USERNAME": "bob", "NEW_PASSWORD": OTHER_PASSWORD, **changes}
    return world.response("NEW_PASSWORD_REQUIRED", session, **answer)


def open_session(world: World, name: str = "bob") -> str:
    session: str = world.initiate(USERNAME=name, PASSWORD=TEMPORARY)["Session"]
    return session
