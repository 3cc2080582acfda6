"""Whole sign-ins over real HTTP: the library through boto3, and plain boto3 beside it."""

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


class Site:
    """An emulator behind a URL, a pool, and clients with and without a secret."""

    def __init__(self, url: str) -> None:
        self.cognito: Any = client_at(url)
        family_name: Any = {"Name": "family_name", "AttributeDataType": "String", "Required": True, "Mutable": True}
        made = self.cognito.create_user_pool(PoolName="people", AliasAttributes=["email"], Schema=[family_name])
        self.pool = made["UserPool"]["Id"]
        self.backend = Boto3Backend(client_at(url))
        self.count = 0

    def app(self, secret: bool, **settings: object) -> AppClient:
        made = self.cognito.create_user_pool_client(
            UserPoolId=self.pool,
            ClientName="app",
            GenerateSecret=secret,
            **{"ExplicitAuthFlows": ALL_FLOWS} | settings,
        )["UserPoolClient"]
        return AppClient(self.pool, made["ClientId"], made.get("ClientSecret"))

    def invited(self) -> str:
        """A user with a temporary password, who can sign in by email too."""
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

    def user(self) -> str:
        name = self.invited()
        self.cognito.admin_set_user_password(UserPoolId=self.pool, Username=name, Password=PASSWORD, Permanent=True)
        return name


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with running(lambda url: Emulator(issuer=url)) as url:
        yield Site(url)


@pytest.fixture(params=[False, True], ids=["no secret", "secret"])
def app(site: Site, request: pytest.FixtureRequest) -> AppClient:
    return site.app(secret=request.param)


def signed_in(flow: Flow) -> Tokens:
    assert isinstance(flow.state, SignedIn), flow.state
    return flow.state.tokens


def failed(flow: Flow) -> Reason:
    assert isinstance(flow.state, Failed)
    return flow.state.reason


def answer(challenge: Challenge) -> Answer:
    match challenge:
        case NewPasswordRequired():
            return challenge.answer(NEW_PASSWORD, family_name="Lovelace")
        case other:
            raise AssertionError(f"nobody expected {other}")


@pytest.mark.parametrize("admin", [False, True], ids=["public", "admin"])
@pytest.mark.parametrize("opening", [Srp, Password])
@pytest.mark.parametrize("alias", [False, True], ids=["username", "email"])
def test_a_password(site: Site, app: AppClient, admin: bool, opening: type[Srp | Password], alias: bool) -> None:
    name = site.user()
    auth = Authenticator(app, site.backend, admin=admin)
    entered_username = f"{name}@example.com" if alias else name
    tokens = signed_in(auth.begin(opening(entered_username, PASSWORD)))
    assert tokens.username == name
    assert site.cognito.get_user(AccessToken=tokens.access_token)["Username"] == name
    assert failed(auth.begin(opening(entered_username, "Wr0ng-Horse!"))) is Reason.WRONG_CREDENTIALS
    assert failed(auth.begin(opening("nobody", PASSWORD))) is Reason.WRONG_CREDENTIALS


@pytest.mark.parametrize("admin", [False, True], ids=["public", "admin"])
def test_a_new_password_from_another_process(site: Site, app: AppClient, admin: bool) -> None:
    name = site.invited()
    auth = Authenticator(app, site.backend, admin=admin)
    flow = loads(dumps(auth.begin(Srp(f"{name}@example.com", TEMPORARY))), app)
    assert isinstance(flow.challenge, NewPasswordRequired)
    assert flow.challenge.required_attributes == ("family_name",)
    assert dict(flow.challenge.attributes)["email"] == f"{name}@example.com"
    flow = loads(dumps(auth.answer(flow, flow.challenge.answer("weak", family_name="Hopper"))), app)
    assert flow.challenge
    assert flow.challenge.rejected
    assert signed_in(auth.answer(flow, answer(flow.challenge))).username == name
    assert auth.sign_in(Srp(name, NEW_PASSWORD), answer).username == name


def test_what_boto3_began_authflow_ends_the_same_way(site: Site) -> None:
    app, name = site.app(secret=False), site.user()
    plain = site.cognito.initiate_auth(
        ClientId=app.client_id, AuthFlow="USER_PASSWORD_AUTH", AuthParameters={"USERNAME": name, "PASSWORD": PASSWORD}
    )["AuthenticationResult"]
    auth = Authenticator(app, site.backend)
    ours = signed_in(auth.begin(Password(name, PASSWORD)))
    for token in (plain["AccessToken"], ours.access_token):
        assert site.cognito.get_user(AccessToken=token)["Username"] == name
    assert signed_in(auth.begin(Refresh(plain["RefreshToken"]))).username == name


@pytest.mark.parametrize("by_auth_flow", [False, True])
@pytest.mark.parametrize("admin", [False, True], ids=["public", "admin"])
def test_refresh(site: Site, app: AppClient, by_auth_flow: bool, admin: bool) -> None:
    name = site.user()
    auth = Authenticator(app, site.backend, admin=admin)
    tokens = signed_in(auth.begin(Srp(f"{name}@example.com", PASSWORD)))
    fresh = signed_in(auth.begin(Refresh(tokens.refresh_token, tokens.username, by_auth_flow=by_auth_flow)))
    assert fresh.refresh_token == tokens.refresh_token
    assert fresh.access_token != tokens.access_token
    assert fresh.username == name
    site.cognito.global_sign_out(AccessToken=tokens.access_token)
    again = auth.begin(Refresh(tokens.refresh_token, tokens.username, by_auth_flow=by_auth_flow))
    assert failed(again) is Reason.SESSION_EXPIRED


def test_a_client_that_rotates_refresh_tokens(site: Site) -> None:
    app = site.app(
        secret=True,
        ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH"],
        RefreshTokenRotation={"Feature": "ENABLED", "RetryGracePeriodSeconds": 0},
    )
    auth = Authenticator(app, site.backend)
    tokens = auth.sign_in(Srp(site.user(), PASSWORD), answer)
    rotated = signed_in(auth.begin(Refresh(tokens.refresh_token)))
    assert rotated.refresh_token != tokens.refresh_token
    assert signed_in(auth.begin(Refresh(rotated.refresh_token)))
    assert failed(auth.begin(Refresh(tokens.refresh_token))) is Reason.SESSION_EXPIRED


def test_outcomes_can_be_told_apart_without_reading_texts(site: Site) -> None:
    app, name = site.app(secret=True), site.user()
    auth = Authenticator(app, site.backend)
    site.cognito.admin_disable_user(UserPoolId=site.pool, Username=name)
    assert failed(auth.begin(Srp(name, PASSWORD))) is Reason.DISABLED
    site.cognito.admin_enable_user(UserPoolId=site.pool, Username=name)
    site.cognito.admin_reset_user_password(UserPoolId=site.pool, Username=name)
    assert failed(auth.begin(Srp(name, PASSWORD))) is Reason.PASSWORD_RESET_REQUIRED
    without = AppClient(app.pool_id, app.client_id)
    assert failed(Authenticator(without, site.backend).begin(Srp(name, PASSWORD))) is Reason.SECRET_HASH
    wrong = AppClient(app.pool_id, app.client_id, "wr0ng")
    assert failed(Authenticator(wrong, site.backend).begin(Srp(name, PASSWORD))) is Reason.SECRET_HASH
    srp_only = site.app(secret=False, ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH"])
    assert failed(Authenticator(srp_only, site.backend).begin(Password(name, PASSWORD))) is Reason.FLOW_NOT_ENABLED
    with pytest.raises(SignInFailed) as caught:
        auth.sign_in(Srp(name, "Wr0ng-Horse!"), answer)
    assert caught.value.reason is Reason.WRONG_CREDENTIALS


def test_a_person_who_never_confirmed(site: Site) -> None:
    app = site.app(secret=False)
    attributes = [{"Name": "family_name", "Value": "L"}, {"Name": "email", "Value": "new@example.com"}]
    site.cognito.sign_up(ClientId=app.client_id, Username="newcomer", Password=PASSWORD, UserAttributes=attributes)
    auth = Authenticator(app, site.backend)
    assert failed(auth.begin(Srp("newcomer", PASSWORD))) is Reason.NOT_CONFIRMED
