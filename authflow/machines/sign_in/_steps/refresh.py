"""The step of Refresh: new tokens for a refresh token."""

from authflow.core.events import Begun
from authflow.core.openings import Refresh
from authflow.core.requests import GetTokensFromRefreshToken, InitiateAuth
from authflow.core.states import Calling


def initiate_refresh(_: object, event: Begun[Refresh]) -> Calling:
    """GetTokensFromRefreshToken, or REFRESH_TOKEN_AUTH if the opening says so."""
    token = event.opening.refresh_token
    if event.opening.by_auth_flow:
        parameters = (("REFRESH_TOKEN", token),)
        request: InitiateAuth | GetTokensFromRefreshToken = InitiateAuth(
            auth_flow=event.auth_flow, auth_parameters=parameters
        )
    else:
        request = GetTokensFromRefreshToken(refresh_token=token)
    return Calling(request, refresh_token=token)
