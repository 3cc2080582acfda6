"""The second factor: the challenge that asks for it."""

import json

from authflow.emulator._auth import codes, device_challenges, mfa_setup, risk, step_up
from authflow.emulator._auth.step import AuthStep
from authflow.emulator._outbox import Purpose
from authflow.emulator._records.sign_in import Proof
from authflow.emulator._records.user import User
from authflow.emulator._service import Reply
from authflow.emulator._users import mfa


def ask_for_second_factor(step: AuthStep, user: User) -> Reply | None:
    """Return a challenge: a second factor, a choice among several, or MFA_SETUP. None if no second factor is needed.

    Raises:
        ServiceError: the risk of the sign-in demands a second factor, and the user has none.
    """
    pool, sign_in = step.client.pool, step.sign_in
    if sign_in.is_passwordless or Proof.SECOND_FACTOR in sign_in.proven:
        return None
    if device_challenges.needs_device_proof(step, user):
        return None
    if user.auto_confirmed and step.service.settings.first_sign_in_without_mfa:
        return None
    wanted = step_up.choose_factors(step, user) or mfa.select_factors(pool, user) or risk.demand_factors(step, user)
    if len(wanted) > 1:
        return _ask_to_choose(step, user, wanted)
    if wanted:
        return ask_for_factor(step, user, wanted[0])
    return mfa_setup.ask_for_setup(step, user) if pool.mfa_mode == "ON" else None


def ask_for_factor(step: AuthStep, user: User, factor: str) -> Reply:
    """Return the challenge for one factor; send the code if the factor is a message."""
    if factor in mfa.CONTACT_ATTRIBUTES:
        return codes.ask_for_code(step, user, factor, Purpose.MFA)
    token = user.software_token
    parameters = {
        **step.reveal_username(user),
        **({"FRIENDLY_DEVICE_NAME": token.name} if token and token.name else {}),
    }
    session = step.make_session(user, factor, token)
    return {"ChallengeName": factor, "Session": session, "ChallengeParameters": parameters}


def _ask_to_choose(step: AuthStep, user: User, options: list[str]) -> Reply:
    parameters = {**step.reveal_username(user), step.service.settings.mfa_choice_parameter: json.dumps(options)}
    session = step.make_session(user, "SELECT_MFA_TYPE")
    return {"ChallengeName": "SELECT_MFA_TYPE", "Session": session, "ChallengeParameters": parameters}
