"""Custom challenges, whose Lambda triggers are Python functions."""

from typing import Any, Final

from authflow import Custom, SignedIn
from authflow.challenges import CustomChallenge
from authflow.cli._demo.environment import ADA, Environment
from authflow.cli._demo.report import Report, require_challenge

RIDDLES: Final = (("what has keys and opens no lock?", "a piano"), ("what gets wetter as it dries?", "a towel"))


def define(event: dict[str, Any]) -> dict[str, Any]:
    """DefineAuthChallenge: ask each riddle once; fail after the first wrong answer."""
    answered = [entry["challengeResult"] for entry in event["request"]["session"]]
    event["response"] = {
        "challengeName": "CUSTOM_CHALLENGE",
        "failAuthentication": not all(answered),
        "issueTokens": all(answered) and len(answered) == len(RIDDLES),
    }
    return event


def create(event: dict[str, Any]) -> dict[str, Any]:
    """CreateAuthChallenge: return the riddle, and the solution that only the Lambda triggers see."""
    riddle, solution = RIDDLES[len(event["request"]["session"])]
    event["response"] = {
        "publicChallengeParameters": {"riddle": riddle},
        "privateChallengeParameters": {"solution": solution},
    }
    return event


def verify(event: dict[str, Any]) -> dict[str, Any]:
    """VerifyAuthChallengeResponse: compare the answer with the solution."""
    request = event["request"]
    event["response"] = {
        "answerCorrect": request["challengeAnswer"] == request["privateChallengeParameters"]["solution"]
    }
    return event


def show_riddles(report: Report, environment: Environment) -> None:
    """Answer two rounds. The Lambda triggers decide what is asked, and when the user is signed in."""
    with report.section("Custom challenges: two riddles from Lambda triggers"):
        environment.emulator.triggers[environment.plain_app.pool_id] = {
            "DefineAuthChallenge": define,
            "CreateAuthChallenge": create,
            "VerifyAuthChallengeResponse": verify,
        }
        auth = environment.make_authenticator(report, environment.plain_app)
        flow = auth.begin(Custom(ADA))
        for number, (riddle, solution) in enumerate(RIDDLES, 1):
            challenge = require_challenge(flow, CustomChallenge)
            report.check(dict(challenge.parameters).get("riddle") == riddle, f"round {number}: {riddle} {solution}")
            flow = auth.answer(flow, challenge.answer(solution))
        report.check(isinstance(flow.state, SignedIn), "signed in without a password")
