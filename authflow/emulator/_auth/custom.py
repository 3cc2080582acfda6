"""CUSTOM_AUTH: the pool's Lambda triggers define the challenges and decide when the sign-in succeeds or fails.

https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-challenge.html
"""

from authflow.emulator import _errors
from authflow.emulator._auth import lambda_events, srp_round
from authflow.emulator._auth.step import AuthStep
from authflow.emulator._records.sign_in import CustomRound, Proof
from authflow.emulator._records.user import User
from authflow.emulator._service import Reply


def ask_for_custom_challenge(step: AuthStep, user: User) -> Reply | None:
    """Return the next challenge that DefineAuthChallenge names.

    Returns None in other AuthFlows, and once DefineAuthChallenge has said to issue tokens.

    Raises:
        ServiceError: DefineAuthChallenge failed the sign-in, or a Lambda trigger failed.
    """
    if step.sign_in.flow != "CUSTOM_AUTH" or Proof.CUSTOM in step.sign_in.proven:
        return None
    decision = lambda_events.run_define_auth_challenge(step, user)
    if decision.fail_authentication:
        raise _errors.WRONG_PASSWORD()
    if not decision.issue_tokens:
        return _ask_challenge(step, user, decision.challenge)
    if _needs_password_proof(step):
        raise _errors.TRIGGER_OUTPUT()
    if not step.client.pool.users.has(user) or not user.enabled:
        raise _errors.WRONG_PASSWORD()
    step.record_proof(Proof.CUSTOM)
    return None


def verify_answer(step: AuthStep) -> User:
    """Pass the answer to a CUSTOM_CHALLENGE to VerifyAuthChallengeResponse, record the result, and return the user.

    Raises:
        ServiceError: a parameter is missing, the Session belongs to another challenge, or the Lambda trigger failed.
    """
    session, user = step.resume("CUSTOM_CHALLENGE")
    challenge: lambda_events.CustomChallenge = session.challenge_data
    answer = step.require("ANSWER")
    session.used = True  # also if the Lambda trigger fails: otherwise one Session would allow unlimited guesses
    right = lambda_events.run_verify_auth_challenge(step, user, challenge.private, answer)
    step.sign_in = step.sign_in.with_round(CustomRound("CUSTOM_CHALLENGE", right, challenge.metadata))
    return user


def _ask_challenge(step: AuthStep, user: User, challenge: str | None) -> Reply:
    needs_password = _needs_password_proof(step)
    if challenge == "PASSWORD_VERIFIER" and needs_password:
        return srp_round.ask_for_password_proof(step, user)
    if challenge == "CUSTOM_CHALLENGE" and (not needs_password or step.service.settings.custom_instead_of_password):
        return _create_challenge(step, user)
    raise _errors.TRIGGER_OUTPUT()


def _needs_password_proof(step: AuthStep) -> bool:
    """Return whether the client has just sent SRP_A, so that its password must be verified next."""
    return [finished.challenge for finished in step.sign_in.rounds] == ["SRP_A"]


def _create_challenge(step: AuthStep, user: User) -> Reply:
    challenge = lambda_events.run_create_auth_challenge(step, user)
    step.reveal_username(user)
    return {
        "ChallengeName": "CUSTOM_CHALLENGE",
        "Session": step.make_session(user, "CUSTOM_CHALLENGE", challenge),
        "ChallengeParameters": {**challenge.public, "USERNAME": user.username},
    }
