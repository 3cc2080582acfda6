"""Signing in, through the public API and the admin API."""

from authflow.emulator._auth import challenges, flows
from authflow.emulator._auth.exchange import Exchange
from authflow.emulator._service import Params, Reply, Service


def initiate_auth(service: Service, params: Params) -> Reply:
    """InitiateAuth."""
    exchange = _exchange(service, params, "AuthParameters")
    exchange.validation = params.get("ClientMetadata", {})
    return flows.begin(params["AuthFlow"], exchange)


def admin_initiate_auth(service: Service, params: Params) -> Reply:
    """AdminInitiateAuth."""
    return initiate_auth(service, params)


def respond_to_auth_challenge(service: Service, params: Params) -> Reply:
    """RespondToAuthChallenge."""
    exchange = _exchange(service, params, "ChallengeResponses")
    exchange.metadata = params.get("ClientMetadata", {})
    return challenges.respond(params["ChallengeName"], exchange)


def admin_respond_to_auth_challenge(service: Service, params: Params) -> Reply:
    """AdminRespondToAuthChallenge."""
    return respond_to_auth_challenge(service, params)


def _exchange(service: Service, params: Params, parameters: str) -> Exchange:
    """Return the step that a request stands for: only the admin API's requests name the pool."""
    client = service.client(params["ClientId"], params.get("UserPoolId"))
    return Exchange(service, client, params.get(parameters, {}), "UserPoolId" in params, params.get("Session"))
