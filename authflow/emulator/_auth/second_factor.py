"""The second factor: what is asked of whom."""

import json

from authflow.emulator._auth import codes, device_round, mfa_setup
from authflow.emulator._auth.step import AuthStep
from authflow.emulator._outbox import Purpose
from authflow.emulator._records.sign_in import Proof
from authflow.emulator._records.user import User
from authflow.emulator._service import Reply
from authflow.emulator._users import mfa


def ask(step: AuthStep, user: User) -> Reply | None:
    """Ask for a second factor, for a choice among several, or for one to be set up; None where MFA asks nothing."""
    pool, sign_in = step.client.pool, step.sign_in
    if sign_in.passwordless or Proof.SECOND_FACTOR in sign_in.proven or device_round.stands_for_mfa(step, user):
        return None
    if user.auto_confirmed and step.service.settings.first_sign_in_without_mfa:
        return None
    wanted = mfa.asked(pool, user)
    if len(wanted) > 1:
        return _choice(step, user, wanted)
    if wanted:
        return ask_factor(step, user, wanted[0])
    return mfa_setup.ask(step, user) if pool.mfa_mode == "ON" else None


def ask_factor(step: AuthStep, user: User, factor: str) -> Reply:
    """Ask for one factor; if it is a message, its code is sent."""
    if factor in mfa.CONTACTS:
        return codes.ask(step, user, factor, Purpose.MFA)
    token = user.software_token
    parameters = {**step.named(user), **({"FRIENDLY_DEVICE_NAME": token.name} if token and token.name else {})}
    session = step.new_session(user, factor, token)
    return {"ChallengeName": factor, "Session": session, "ChallengeParameters": parameters}


def _choice(step: AuthStep, user: User, options: list[str]) -> Reply:
    parameters = {**step.named(user), step.service.settings.mfa_choice_parameter: json.dumps(options)}
    session = step.new_session(user, "SELECT_MFA_TYPE")
    return {"ChallengeName": "SELECT_MFA_TYPE", "Session": session, "ChallengeParameters": parameters}
