"""pycognito's Cognito class goes through an account at ``authflow emulator --tls``, and verifies the tokens."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pycognito import Cognito
from pycognito.exceptions import SoftwareTokenMFAChallengeException, TokenVerificationException

from tests.support.controlled import Controlled, controlled

EMAIL = "grace@example.com"
FIRST, SECOND, THIRD = "Correct-Horse-9", "Correct-Horse-10", "Correct-Horse-11"
POOL, CLIENT, SECRET = (
    "eu-west-1_Local0001",
    "localclient0000000000000001",
    "localsecret0000000000000000000000000000000000000",
)
AMAZON = "https://cognito-idp.eu-west-1.amazonaws.com"
FLOWS = ["ALLOW_USER_SRP_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
SEED = {
    "pools": [
        {
            "Id": POOL,
            "PoolName": "people",
            "UsernameAttributes": ["email"],
            "AutoVerifiedAttributes": ["email"],
            "mfa": {"MfaConfiguration": "OPTIONAL", "SoftwareTokenMfaConfiguration": {"Enabled": True}},
            "clients": [
                {"ClientName": "app", "ClientId": CLIENT, "ClientSecret": SECRET, "ExplicitAuthFlows": FLOWS},
            ],
            "users": [{"Username": "ada@example.com", "Password": FIRST}],
        }
    ]
}


def make_cognito(server: Controlled, username: str) -> Any:
    return Cognito(
        POOL,
        CLIENT,
        client_secret=SECRET,
        username=username,
        access_key="any",
        secret_key="any",
        boto3_client_kwargs={"endpoint_url": server.url, "verify": server.authority},
    )


@contextmanager
def serving(folder: Path, monkeypatch: pytest.MonkeyPatch, *options: str) -> Iterator[Controlled]:
    """Run the emulator; pycognito fetches keys with requests, which finds the authority in the environment."""
    with controlled(SEED, folder, "--tls", *options) as server:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(server.authority))
        yield server


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Controlled]:
    with serving(tmp_path, monkeypatch) as server:
        yield server


def test_one_account_from_sign_up_to_deletion(server: Controlled) -> None:
    grace = make_cognito(server, EMAIL)
    grace.set_base_attributes(email=EMAIL, given_name="Grace")
    assert not grace.register(EMAIL, FIRST)["UserConfirmed"]
    grace.resend_confirmation_code(EMAIL)
    grace.confirm_sign_up(server.read_code("sign_up"))

    grace.authenticate(FIRST)
    assert grace.id_claims["email"] == EMAIL
    assert grace.get_user().given_name == "Grace"
    grace.update_profile({"given_name": "Admiral"})
    assert grace.get_user().given_name == "Admiral"
    grace.send_verification("email")
    grace.validate_verification(server.read_code("attribute"))

    grace.change_password(FIRST, SECOND)
    grace.initiate_forgot_password()
    grace.confirm_forgot_password(server.read_code("password_reset"), THIRD)
    with pytest.raises(grace.client.exceptions.NotAuthorizedException):
        grace.authenticate(SECOND)
    grace.authenticate(THIRD)
    grace.delete_user()
    with pytest.raises(grace.client.exceptions.UserNotFoundException):
        grace.authenticate(THIRD)


def test_an_authenticator_app_gives_the_second_factor(server: Controlled) -> None:
    ada = make_cognito(server, "ada@example.com")
    ada.authenticate(FIRST)
    secret = ada.associate_software_token()
    assert ada.verify_software_token(server.read_totp(secret), "phone")
    ada.set_user_mfa_preference(sms_mfa=False, software_token_mfa=True, preferred="SOFTWARE_TOKEN")

    with pytest.raises(SoftwareTokenMFAChallengeException):
        ada.authenticate(FIRST)
    # pycognito's fault: it answers with the entered username, Cognito wants the one that it has returned
    with pytest.raises(ada.client.exceptions.NotAuthorizedException, match="Invalid session for the user"):
        ada.respond_to_software_token_mfa_challenge(server.read_totp(secret))
    ada.username = ada.id_claims["cognito:username"]
    ada.respond_to_software_token_mfa_challenge(server.read_totp(secret))
    ada.verify_tokens()


def test_an_administrator_does_the_same(server: Controlled) -> None:
    admin = make_cognito(server, "kay@example.com")
    admin.admin_create_user("kay@example.com", temporary_password="Temporary-1", email="kay@example.com")
    admin.new_password_challenge("Temporary-1", FIRST)
    admin.admin_authenticate(FIRST)
    assert {user.sub for user in admin.get_users()} > {admin.access_claims["sub"]}
    admin.client.create_group(UserPoolId=POOL, GroupName="engineers")
    admin.admin_add_user_to_group("kay@example.com", "engineers")
    assert admin.admin_list_groups_for_user("kay@example.com") == ["engineers"]
    admin.admin_disable_user("kay@example.com")
    with pytest.raises(admin.client.exceptions.NotAuthorizedException, match="disabled"):
        admin.authenticate(FIRST)
    admin.admin_enable_user("kay@example.com")
    admin.admin_delete_user()


def test_refreshed_tokens_are_verified(server: Controlled) -> None:
    ada = make_cognito(server, "ada@example.com")
    ada.authenticate(FIRST)
    before = ada.access_token
    # pycognito's fault: it computes SECRET_HASH of the entered username, Cognito wants that of the user's own name
    with pytest.raises(ada.client.exceptions.NotAuthorizedException, match="SecretHash does not match"):
        ada.renew_access_token()
    ada.username = ada.id_claims["cognito:username"]
    ada.renew_access_token()
    assert ada.access_token != before
    ada.verify_tokens()


def test_altered_and_expired_tokens_are_refused(server: Controlled) -> None:
    ada = make_cognito(server, "ada@example.com")
    ada.authenticate(FIRST)
    head, payload, signature = ada.access_token.split(".")
    claims = json.loads(urlsafe_b64decode(payload + "=="))
    payload = urlsafe_b64encode(json.dumps(claims | {"username": "root"}).encode()).decode().rstrip("=")
    with pytest.raises(TokenVerificationException, match="Signature verification failed"):
        ada.verify_token(f"{head}.{payload}.{signature}", "access_token", "access")
    with pytest.raises(TokenVerificationException, match="aud"):
        ada.verify_token(ada.access_token, "id_token", "id")

    server.control("POST", "clock/advance", {"seconds": -7200})
    with pytest.raises(TokenVerificationException, match="expired"):
        ada.authenticate(FIRST)


def test_pycognito_takes_the_endpoint_for_the_issuer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its fault: with an endpoint it accepts no other issuer than that endpoint, so ``--issuer`` can't be used."""
    with serving(tmp_path, monkeypatch, "--issuer", AMAZON) as server:
        ada = make_cognito(server, "ada@example.com")
        with pytest.raises(TokenVerificationException, match="issuer"):
            ada.authenticate(FIRST)
