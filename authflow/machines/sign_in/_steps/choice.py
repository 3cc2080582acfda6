"""The steps of Choice (USER_AUTH): a first factor of the person's choice."""

from authflow.challenges import SelectChallenge
from authflow.core.events import Begun, Replied
from authflow.core.openings import FIRST_FACTORS, Choice
from authflow.core.pairs import SecretPairs
from authflow.core.replies import ChallengeReply
from authflow.core.requests import InitiateAuth
from authflow.core.states import Calling
from authflow.machines.sign_in._flow import Flow
from authflow.machines.sign_in._steps.password import initiate_with_srp
from authflow.machines.sign_in._steps.permitted import is_permitted, require_no_factor


def initiate_choice(_: object, event: Begun[Choice]) -> Calling:
    """USER_AUTH. If the opening has a password, it or its SRP_A is part of the first request."""
    opening, parameters = event.opening, _make_parameters(event.opening)
    if opening.preferred == "PASSWORD_SRP" and opening.password is not None:
        return initiate_with_srp(event, parameters, opening.password, opening.session)
    if opening.password is not None:
        parameters = (*parameters, ("PASSWORD", opening.password))
    return Calling(InitiateAuth(auth_flow=event.auth_flow, auth_parameters=parameters, session=opening.session))


def ask_choice(flow: Flow, event: Replied[ChallengeReply]) -> SelectChallenge:
    """SELECT_CHALLENGE."""
    require_no_factor(event.call, event.reply.name)
    offered = event.reply.available
    options = tuple(name for name in offered if name in FIRST_FACTORS and is_permitted(flow, name))
    return SelectChallenge(
        session=event.reply.require_session(),
        asked_at=event.stamp.at,
        options=options,
        unknown=tuple(name for name in offered if name not in options),
    )


def _make_parameters(opening: Choice) -> SecretPairs:
    step_up = {
        "PREFERRED_CHALLENGE": opening.preferred,
        "TARGET_ACR_VALUES": opening.target_acr_values,
        "ACCESS_TOKEN": opening.access_token,
        "MAX_AGE": None if opening.max_age is None else str(opening.max_age),
    }
    given = ((name, value) for name, value in step_up.items() if value is not None)
    return (("USERNAME", opening.username), *given)
