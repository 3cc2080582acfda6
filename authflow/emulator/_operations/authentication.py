"""Sign-in, through the public API and the admin API."""

from authflow.emulator import _errors
from authflow.emulator._auth import activity, auth_flows, challenges
from authflow.emulator._auth.parameters import check_parameters
from authflow.emulator._auth.step import AuthStep, read_address
from authflow.emulator._service import Params, Reply, Service


def initiate_auth(service: Service, params: Params) -> Reply:
    """InitiateAuth."""
    step = _make_step(service, params, "AuthParameters")
    step.validation = params.get("ClientMetadata", {})
    return activity.watch_sign_in(step, params, lambda: auth_flows.begin(params["AuthFlow"], step))


def admin_initiate_auth(service: Service, params: Params) -> Reply:
    """AdminInitiateAuth."""
    return initiate_auth(service, params)


def respond_to_auth_challenge(service: Service, params: Params) -> Reply:
    """RespondToAuthChallenge."""
    step = _make_step(service, params, "ChallengeResponses")
    if not step.parameters:
        raise _errors.NO_CHALLENGE_RESPONSES()
    step.metadata = params.get("ClientMetadata", {})
    return activity.watch_sign_in(step, params, lambda: challenges.respond(params["ChallengeName"], step))


def admin_respond_to_auth_challenge(service: Service, params: Params) -> Reply:
    """AdminRespondToAuthChallenge."""
    return respond_to_auth_challenge(service, params)


def _make_step(service: Service, params: Params, parameters: str) -> AuthStep:
    """Return the AuthStep of a request. Only requests of the admin API have a UserPoolId."""
    given = params.get(parameters, {})
    check_parameters(service.model, given)
    client = service.get_client(params["ClientId"], params.get("UserPoolId"))
    return AuthStep(service, client, given, "UserPoolId" in params, params.get("Session"), address=read_address(params))
