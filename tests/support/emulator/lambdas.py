"""Lambda triggers as a developer would write them, with a record of their events."""

from dataclasses import dataclass, field
from typing import Any

from tests.support.emulator.phones import SRP_A
from tests.support.emulator.world import ALL_FLOWS, PASSWORD, Json, World

RIDDLE = {"public": "what has roots?", "private": "tree"}
BAD_OUTPUT = "InvalidLambdaResponseException: Unrecognizable lambda output"
NO_JSON = "InvalidLambdaResponseException: Invalid lambda function output : Invalid JSON"


@dataclass
class Riddles:
    """The three Lambda triggers of CUSTOM_AUTH, which ask riddles.

    Attributes:
        wanted: how many right answers sign the user in.
        patience: how many wrong answers are allowed.
        events: the events that the Lambda triggers got, in order.
    """

    wanted: int = 1
    patience: int = 2
    events: list[Json] = field(default_factory=list)

    def triggers(self) -> dict[str, Any]:
        return {
            "DefineAuthChallenge": self.define,
            "CreateAuthChallenge": self.create,
            "VerifyAuthChallengeResponse": self.verify,
        }

    def define(self, event: Json) -> Json:
        self.events.append(event)
        session, response = event["request"]["session"], event["response"]
        riddles = [entry["challengeResult"] for entry in session if entry["challengeName"] == "CUSTOM_CHALLENGE"]
        response["failAuthentication"] = riddles.count(False) > self.patience
        response["issueTokens"] = riddles.count(True) >= self.wanted
        first = [entry["challengeName"] for entry in session] == ["SRP_A"]
        response["challengeName"] = "PASSWORD_VERIFIER" if first else "CUSTOM_CHALLENGE"
        return event

    def create(self, event: Json) -> Json:
        self.events.append(event)
        number = len(event["request"]["session"])
        response = {
            "publicChallengeParameters": {"riddle": RIDDLE["public"]},
            "privateChallengeParameters": {"answer": RIDDLE["private"]},
            "challengeMetadata": f"RIDDLE-{number}",
        }
        return {**event, "response": response}  # a new event; the other triggers change the one they got

    def verify(self, event: Json) -> Json:
        self.events.append(event)
        request = event["request"]
        right = request["challengeAnswer"] == request["privateChallengeParameters"]["answer"]
        event["response"]["answerCorrect"] = right
        return event

    def list_requests(self, source: str) -> list[Json]:
        """Return the ``request`` of each event with this ``triggerSource``."""
        return [event["request"] for event in self.events if event["triggerSource"] == source]


def make_riddle_client(world: World, riddles: Riddles, **settings: object) -> World:
    """Return a client of the pool that allows CUSTOM_AUTH, with riddles as the pool's Lambda triggers."""
    world.emulator.triggers[world.pool_id] = riddles.triggers()
    return world.make_client(ExplicitAuthFlows=[*ALL_FLOWS, "ALLOW_CUSTOM_AUTH"], **settings)


def begin_custom_auth(world: World, name: str = "ada", **parameters: str) -> Json:
    """Begin CUSTOM_AUTH without a password."""
    return world.initiate("CUSTOM_AUTH", USERNAME=name, **parameters)


def begin_custom_auth_with_srp(world: World, name: str = "ada", **parameters: str) -> Json:
    """Begin CUSTOM_AUTH with SRP_A, so that the password is verified first."""
    return begin_custom_auth(world, name, CHALLENGE_NAME="SRP_A", SRP_A=SRP_A, **parameters)


def answer_riddle(world: World, asked: Json, answer: str = RIDDLE["private"], **responses: str) -> Json:
    """Answer a CUSTOM_CHALLENGE."""
    assert asked["ChallengeName"] == "CUSTOM_CHALLENGE"
    username = asked["ChallengeParameters"]["USERNAME"]
    return world.respond("CUSTOM_CHALLENGE", asked["Session"], USERNAME=username, ANSWER=answer, **responses)


def prove_password(world: World, asked: Json, **responses: str) -> Json:
    """Answer the PASSWORD_VERIFIER of CUSTOM_AUTH."""
    assert asked["ChallengeName"] == "PASSWORD_VERIFIER"
    claim = {**world.make_proof(asked["ChallengeParameters"]), **responses}
    return world.respond("PASSWORD_VERIFIER", asked["Session"], **claim)


class Recorder:
    """A Lambda trigger that records its events and returns each with a fixed response."""

    def __init__(self, **response: object) -> None:
        self.events: list[Json] = []
        self._response = response

    def __call__(self, event: Json) -> Json:
        self.events.append(event)
        return {**event, "response": self._response}

    @property
    def requests(self) -> list[Json]:
        return [event["request"] for event in self.events]


def raise_error(_: Json) -> Json:
    raise ValueError("no entry today")


def expect_refused_sign_in(world: World, **parameters: str) -> str:
    request = world.make_initiate_params("USER_PASSWORD_AUTH", USERNAME="ada", PASSWORD=PASSWORD, **parameters)
    return world.expect_refusal("InitiateAuth", **request)
