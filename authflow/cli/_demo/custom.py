"""A pool's own challenges, by triggers in Python."""

from typing import Any, Final

from authflow import Custom, SignedIn
from authflow.challenges import CustomChallenge
from authflow.cli._demo.site import ADA, Site
from authflow.cli._demo.stage import Stage, asked

RIDDLES: Final = (("what has keys and opens no lock?", "a piano"), ("what gets wetter as it dries?", "a towel"))


def define(event: dict[str, Any]) -> dict[str, Any]:
    """DefineAuthChallenge: a round for each riddle; the first wrong answer is the end."""
    answered = [entry["challengeResult"] for entry in event["request"]["session"]]
    event["response"] = {
        "challengeName": "CUSTOM_CHALLENGE",
        "failAuthentication": not all(answered),
        "issueTokens": all(answered) and len(answered) == len(RIDDLES),
    }
    return event


def create(event: dict[str, Any]) -> dict[str, Any]:
    """CreateAuthChallenge: what is asked, and what only the other triggers see."""
    riddle, solution = RIDDLES[len(event["request"]["session"])]
    event["response"] = {
        "publicChallengeParameters": {"riddle": riddle},
        "privateChallengeParameters": {"solution": solution},
    }
    return event


def verify(event: dict[str, Any]) -> dict[str, Any]:
    """VerifyAuthChallengeResponse: whether it is the solution."""
    request = event["request"]
    event["response"] = {
        "answerCorrect": request["challengeAnswer"] == request["privateChallengeParameters"]["solution"]
    }
    return event


def riddles(stage: Stage, site: Site) -> None:
    """Two rounds; the pool's triggers decide what is asked, and when it is enough."""
    with stage.part("Custom challenges: two riddles, asked by triggers"):
        site.emulator.triggers[site.people.pool_id] = {
            "DefineAuthChallenge": define,
            "CreateAuthChallenge": create,
            "VerifyAuthChallengeResponse": verify,
        }
        auth = site.authenticator(stage, site.people)
        flow = auth.begin(Custom(ADA))
        for number, (riddle, solution) in enumerate(RIDDLES, 1):
            challenge = asked(flow, CustomChallenge)
            stage.check(dict(challenge.parameters).get("riddle") == riddle, f"round {number}: {riddle} {solution}")
            flow = auth.answer(flow, challenge.answer(solution))
        stage.check(isinstance(flow.state, SignedIn), "signed in without a password")
