"""CUSTOM_AUTH: the pool's triggers say what is asked, how often, and when it is enough.

https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-challenge.html
"""

from authflow.emulator import _errors
from authflow.emulator._auth import events, srp_round
from authflow.emulator._auth.step import AuthStep
from authflow.emulator._records.sign_in import CustomRound, Proof
from authflow.emulator._records.user import User
from authflow.emulator._service import Reply


def decide(step: AuthStep, user: User) -> Reply | None:
    """Ask what DefineAuthChallenge wants to be asked next; None when it wants nothing more, and in other flows.

    Raises:
        ServiceError: it ended the sign-in, or a trigger failed.
    """
    if step.sign_in.flow != "CUSTOM_AUTH" or Proof.CUSTOM in step.sign_in.proven:
        return None
    decision = events.define(step, user)
    if decision.fail:
        raise _errors.WRONG_PASSWORD()
    if not decision.issue:
        return _ask(step, user, decision.challenge)
    if _promises_password(step):
        raise _errors.TRIGGER_OUTPUT()
    if not step.client.pool.has(user) or not user.enabled:
        raise _errors.WRONG_PASSWORD()
    step.prove(Proof.CUSTOM)
    return None


def answered(step: AuthStep) -> User:
    """Take the answer to a CUSTOM_CHALLENGE: VerifyAuthChallengeResponse judges it; return whose it is.

    Raises:
        ServiceError: something is missing, the Session is not of this challenge, or the trigger failed.
    """
    session, user = step.answered("CUSTOM_CHALLENGE")
    challenge: events.CustomChallenge = session.held
    answer = step.required("ANSWER")
    session.used = True  # even if the trigger fails: else a Session would be good for any number of guesses
    right = events.verify(step, user, challenge.private, answer)
    step.sign_in = step.sign_in.after(CustomRound("CUSTOM_CHALLENGE", right, challenge.metadata))
    return user


def _ask(step: AuthStep, user: User, challenge: str | None) -> Reply:
    promised = _promises_password(step)
    if challenge == "PASSWORD_VERIFIER" and promised:
        return srp_round.ask_password(step, user)
    if challenge == "CUSTOM_CHALLENGE" and (not promised or step.service.settings.custom_instead_of_password):
        return _custom_challenge(step, user)
    raise _errors.TRIGGER_OUTPUT()


def _promises_password(step: AuthStep) -> bool:
    """Return whether the client has sent SRP_A just now."""
    return [finished.challenge for finished in step.sign_in.rounds] == ["SRP_A"]


def _custom_challenge(step: AuthStep, user: User) -> Reply:
    challenge = events.create(step, user)
    step.named(user)
    return {
        "ChallengeName": "CUSTOM_CHALLENGE",
        "Session": step.new_session(user, "CUSTOM_CHALLENGE", challenge),
        "ChallengeParameters": {**challenge.public, "USERNAME": user.username},
    }
