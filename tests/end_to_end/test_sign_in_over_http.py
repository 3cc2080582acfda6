"""Sign-ins over HTTP through boto3, compared with plain boto3."""

from collections.abc import Iterator
from typing import Any

import pytest

from authflow import (
    AppClient,
    Authenticator,
    Failed,
    Flow,
    Password,
    Reason,
    Refresh,
    SignedIn,
    SignInFailed,
    Srp,
    Tokens,
    dumps,
    loads,
)
from authflow.backends.boto3 import Boto3Backend
from authflow.challenges import Challenge, NewPasswordRequired
from authflow.core.answers import Answer
from authflow.emulator import Emulator, client_at, running
from tests.support.emulator.world import ALL_FLOWS, PASSWORD, TEMPORARY

NEW_PASSWORD = "Brand-new-1"


class PoolServer:
    """A pool in an emulator at a URL."""

    def __init__(self, url: str) -> None:
        self.cognito: Any = client_at(url)
        family_name: Any = {"Name": "family_name", "AttributeDataType": "String", "Required": True, "Mutable": True}
        made = self.cognito.create_user_pool(PoolName="people", AliasAttributes=["email"], Schema=[family_name])
        self.pool = made["UserPool"]["Id"]
        self.backend = Boto3Backend(client_at(url))
        self.count = 0

    def make_app(self, secret: bool, **settings: object) -> AppClient:
        made = self.cognito.create_user_pool_client(
            UserPoolId=self.pool,
            ClientName="app",
            GenerateSecret=secret,
            **{"ExplicitAuthFlows": ALL_FLOWS} | settings,
        )["UserPoolClient"]
        return AppClient(self.pool, made["ClientId"], made.get("ClientSecret"))

    def create_invited_user(self) -> str:
        """Create a user with a temporary password, who can also sign in with an email address; return the username."""
        self.count += 1
        name = f"user{self.count}"
        attributes = [
            {"Name": "email", "Value": f"{name}@example.com"},
            {"Name": "email_verified", "Value": "true"},
        ]
        self.cognito.admin_create_user(
            UserPoolId=self.pool, Username=name, TemporaryPassword=TEMPORARY, UserAttributes=attributes
        )
        return name

    def create_user(self) -> str:
        name = self.create_invited_user()
        self.cognito.admin_set_user_password(UserPoolId=self.pool, Username=name, Password=PASSWORD, Permanent=True)
        return name


@pytest.fixture(scope="module")
def server() -> Iterator[PoolServer]:
    with running(lambda url: Emulator(issuer=url)) as url:
        yield PoolServer(url)


@pytest.fixture(params=[False, True], ids=["no secret", "secret"])
def app(server: PoolServer, request: pytest.FixtureRequest) -> AppClient:
    return server.make_app(secret=request.param)


def require_tokens(flow: Flow) -> Tokens:
    assert isinstance(flow.state, SignedIn), flow.state
    return flow.state.tokens


def require_failure(flow: Flow) -> Reason:
    assert isinstance(flow.state, Failed)
    return flow.state.reason


def answer(challenge: Challenge) -> Answer:
    match challenge:
        case NewPasswordRequired():
            return challenge.answer(NEW_PASSWORD, family_name="Lovelace")
        case other:
            raise AssertionError(f"unexpected challenge: {other}")


@pytest.mark.parametrize("admin", [False, True], ids=["public", "admin"])
@pytest.mark.parametrize("opening", [Srp, Password])
@pytest.mark.parametrize("alias", [False, True], ids=["username", "email"])
def test_a_password_signs_in(
    server: PoolServer, app: AppClient, admin: bool, opening: type[Srp | Password], alias: bool
) -> None:
    name = server.create_user()
    auth = Authenticator(app, server.backend, admin=admin)
    entered_username = f"{name}@example.com" if alias else name
    tokens = require_tokens(auth.begin(opening(entered_username, PASSWORD)))
    assert tokens.username == name
    assert server.cognito.get_user(AccessToken=tokens.access_token)["Username"] == name
    assert require_failure(auth.begin(opening(entered_username, "Wr0ng-Horse!"))) is Reason.WRONG_CREDENTIALS
    assert require_failure(auth.begin(opening("nobody", PASSWORD))) is Reason.WRONG_CREDENTIALS


@pytest.mark.parametrize("admin", [False, True], ids=["public", "admin"])
def test_a_new_password_can_be_set_in_another_process(server: PoolServer, app: AppClient, admin: bool) -> None:
    name = server.create_invited_user()
    auth = Authenticator(app, server.backend, admin=admin)
    flow = loads(dumps(auth.begin(Srp(f"{name}@example.com", TEMPORARY))), app)
    assert isinstance(flow.challenge, NewPasswordRequired)
    assert flow.challenge.required_attributes == ("family_name",)
    assert dict(flow.challenge.attributes)["email"] == f"{name}@example.com"
    flow = loads(dumps(auth.answer(flow, flow.challenge.answer("weak", family_name="Hopper"))), app)
    assert flow.challenge
    assert flow.challenge.rejected
    assert require_tokens(auth.answer(flow, answer(flow.challenge))).username == name
    assert auth.sign_in(Srp(name, NEW_PASSWORD), answer).username == name


def test_tokens_are_as_good_as_those_of_plain_boto3(server: PoolServer) -> None:
    app, name = server.make_app(secret=False), server.create_user()
    plain = server.cognito.initiate_auth(
        ClientId=app.client_id, AuthFlow="USER_PASSWORD_AUTH", AuthParameters={"USERNAME": name, "PASSWORD": PASSWORD}
    )["AuthenticationResult"]
    auth = Authenticator(app, server.backend)
    ours = require_tokens(auth.begin(Password(name, PASSWORD)))
    for token in (plain["AccessToken"], ours.access_token):
        assert server.cognito.get_user(AccessToken=token)["Username"] == name
    assert require_tokens(auth.begin(Refresh(plain["RefreshToken"]))).username == name


@pytest.mark.parametrize("by_auth_flow", [False, True])
@pytest.mark.parametrize("admin", [False, True], ids=["public", "admin"])
def test_a_refresh_token_works_until_global_sign_out(
    server: PoolServer, app: AppClient, by_auth_flow: bool, admin: bool
) -> None:
    name = server.create_user()
    auth = Authenticator(app, server.backend, admin=admin)
    tokens = require_tokens(auth.begin(Srp(f"{name}@example.com", PASSWORD)))
    fresh = require_tokens(auth.begin(Refresh(tokens.refresh_token, tokens.username, by_auth_flow=by_auth_flow)))
    assert fresh.refresh_token == tokens.refresh_token
    assert fresh.access_token != tokens.access_token
    assert fresh.username == name
    server.cognito.global_sign_out(AccessToken=tokens.access_token)
    again = auth.begin(Refresh(tokens.refresh_token, tokens.username, by_auth_flow=by_auth_flow))
    assert require_failure(again) is Reason.SESSION_EXPIRED


def test_a_rotated_refresh_token_can_not_be_used_again(server: PoolServer) -> None:
    app = server.make_app(
        secret=True,
        ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH"],
        RefreshTokenRotation={"Feature": "ENABLED", "RetryGracePeriodSeconds": 0},
    )
    auth = Authenticator(app, server.backend)
    tokens = auth.sign_in(Srp(server.create_user(), PASSWORD), answer)
    rotated = require_tokens(auth.begin(Refresh(tokens.refresh_token)))
    assert rotated.refresh_token != tokens.refresh_token
    assert require_tokens(auth.begin(Refresh(rotated.refresh_token)))
    assert require_failure(auth.begin(Refresh(tokens.refresh_token))) is Reason.SESSION_EXPIRED


def test_failures_have_distinct_reasons(server: PoolServer) -> None:
    app, name = server.make_app(secret=True), server.create_user()
    auth = Authenticator(app, server.backend)
    server.cognito.admin_disable_user(UserPoolId=server.pool, Username=name)
    assert require_failure(auth.begin(Srp(name, PASSWORD))) is Reason.DISABLED
    server.cognito.admin_enable_user(UserPoolId=server.pool, Username=name)
    server.cognito.admin_reset_user_password(UserPoolId=server.pool, Username=name)
    assert require_failure(auth.begin(Srp(name, PASSWORD))) is Reason.PASSWORD_RESET_REQUIRED
    without = AppClient(app.pool_id, app.client_id)
    assert require_failure(Authenticator(without, server.backend).begin(Srp(name, PASSWORD))) is Reason.SECRET_HASH
    wrong = AppClient(app.pool_id, app.client_id, "wr0ng")
    assert require_failure(Authenticator(wrong, server.backend).begin(Srp(name, PASSWORD))) is Reason.SECRET_HASH
    srp_only = server.make_app(secret=False, ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH"])
    assert (
        require_failure(Authenticator(srp_only, server.backend).begin(Password(name, PASSWORD)))
        is Reason.FLOW_NOT_ENABLED
    )
    with pytest.raises(SignInFailed) as caught:
        auth.sign_in(Srp(name, "Wr0ng-Horse!"), answer)
    assert caught.value.reason is Reason.WRONG_CREDENTIALS


def test_an_unconfirmed_user_can_not_sign_in(server: PoolServer) -> None:
    app = server.make_app(secret=False)
    attributes = [{"Name": "family_name", "Value": "L"}, {"Name": "email", "Value": "new@example.com"}]
    server.cognito.sign_up(ClientId=app.client_id, Username="newcomer", Password=PASSWORD, UserAttributes=attributes)
    auth = Authenticator(app, server.backend)
    assert require_failure(auth.begin(Srp("newcomer", PASSWORD))) is Reason.NOT_CONFIRMED
