"""CUSTOM_AUTH: the pool's triggers say what is asked, how often, and when it is enough.

https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-challenge.html
"""

from authflow.emulator import _errors
from authflow.emulator._auth import events, srp_round
from authflow.emulator._auth.exchange import Exchange
from authflow.emulator._records.sign_in import Proof, Round
from authflow.emulator._records.user import User
from authflow.emulator._service import Reply


def decide(exchange: Exchange, user: User) -> Reply | None:
    """Ask what DefineAuthChallenge wants to be asked next; None when it wants nothing more, and in other flows.

    Raises:
        ServiceError: it ended the sign-in, or a trigger failed.
    """
    if exchange.sign_in.flow != "CUSTOM_AUTH" or Proof.CUSTOM in exchange.sign_in.proven:
        return None
    decision = events.define(exchange, user)
    if decision.fail:
        raise _errors.WRONG_PASSWORD()
    if not decision.issue:
        return _ask(exchange, user, decision.challenge)
    if _promises_password(exchange):
        raise _errors.TRIGGER_OUTPUT()
    if not exchange.client.pool.has(user) or not user.enabled:
        raise _errors.WRONG_PASSWORD()
    exchange.prove(Proof.CUSTOM)
    return None


def answered(exchange: Exchange) -> User:
    """Take the answer to a CUSTOM_CHALLENGE: VerifyAuthChallengeResponse judges it; return whose it is.

    Raises:
        ServiceError: something is missing, the Session is not of this challenge, or the trigger failed.
    """
    session, user = exchange.answered("CUSTOM_CHALLENGE")
    challenge: events.CustomChallenge = session.held
    answer = exchange.required("ANSWER")
    session.used = True  # even if the trigger fails: else a Session would be good for any number of guesses
    right = events.verify(exchange, user, challenge.private, answer)
    exchange.sign_in = exchange.sign_in.after(Round("CUSTOM_CHALLENGE", right, challenge.metadata))
    return user


def _ask(exchange: Exchange, user: User, challenge: str | None) -> Reply:
    promised = _promises_password(exchange)
    if challenge == "PASSWORD_VERIFIER" and promised:
        return srp_round.ask_password(exchange, user)
    if challenge == "CUSTOM_CHALLENGE" and (not promised or exchange.service.settings.custom_instead_of_password):
        return _custom_challenge(exchange, user)
    raise _errors.TRIGGER_OUTPUT()


def _promises_password(exchange: Exchange) -> bool:
    """Return whether the client has sent SRP_A just now."""
    return [finished.challenge for finished in exchange.sign_in.rounds] == ["SRP_A"]


def _custom_challenge(exchange: Exchange, user: User) -> Reply:
    challenge = events.create(exchange, user)
    exchange.named(user)
    return {
        "ChallengeName": "CUSTOM_CHALLENGE",
        "Session": exchange.new_session(user, "CUSTOM_CHALLENGE", challenge),
        "ChallengeParameters": {**challenge.public, "USERNAME": user.username},
    }
