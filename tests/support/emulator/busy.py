"""A world with records of every kind, and what must still work after its state went elsewhere."""

from dataclasses import dataclass, replace
from typing import Any

from authflow.emulator import Emulator
from tests.support.emulator.mfa import SMS, configure
from tests.support.emulator.phones import Phone, confirm_phone, make_tracking_pool
from tests.support.emulator.world import ALL_FLOWS, TEMPORARY, Json, World


@dataclass(frozen=True)
class Pending:
    """What clients hold: each must work later, in this emulator or in another one with its state."""

    session: str
    srp: dict[str, str]
    mfa: Json
    access_token: str
    refresh_token: str
    device_key: str
    page: str


def make_busy_world(empty: World) -> tuple[World, Pending]:
    """Make records of every kind, and begin what ``finish`` ends."""
    protection: Json = {"UserPoolTier": "PLUS", "UserPoolAddOns": {"AdvancedSecurityMode": "AUDIT"}}
    world = make_tracking_pool(empty, AutoVerifiedAttributes=["email"], **protection)
    open_client = world.make_client(ExplicitAuthFlows=ALL_FLOWS, PreventUserExistenceErrors="ENABLED")
    confirm_phone(world)
    world.make_user("eve", email="eve@example.com", phone_number="+15550109878", phone_number_verified="true")
    world.invite("bob", email="bob@example.com")
    for operation, params in _list_surroundings():
        world.call(operation, UserPoolId=world.pool_id, **params)
    world.call_admin("AdminAddUserToGroup", "eve", GroupName="staff")
    world.call_admin("AdminAddUserToGroup", "ada", GroupName="Admins")
    source = {"ProviderName": "Google", "ProviderAttributeName": "Cognito_Subject", "ProviderAttributeValue": "42"}
    destination = {"ProviderName": "Cognito", "ProviderAttributeValue": "eve"}
    world.call("AdminLinkProviderForUser", UserPoolId=world.pool_id, SourceUser=source, DestinationUser=destination)
    role = "arn:aws:iam::123456789012:role/x"
    job = world.call("CreateUserImportJob", UserPoolId=world.pool_id, JobName="a", CloudWatchLogsRoleArn=role)
    job = job["UserImportJob"]
    world.emulator.upload(job["PreSignedUrl"], b"cognito:username\n")
    tokens = world.get_tokens("eve")
    phone = Phone.of(tokens)
    world.call("ConfirmDevice", **phone.confirmation(tokens["AccessToken"]))
    world.call("ForgotPassword", ClientId=world.client_id, Username="eve")
    open_client.initiate("USER_SRP_AUTH", USERNAME="nobody", SRP_A="ab")
    configure(world, "OPTIONAL", SMS)
    world.call_admin("AdminSetUserMFAPreference", "eve", SMSMfaSettings={"Enabled": True, "PreferredMfa": True})
    page = world.call("ListUsers", UserPoolId=world.pool_id, Limit=1)["PaginationToken"]
    asked = world.initiate(USERNAME="eve", PASSWORD="Corr3ct-horse")
    session = world.initiate(USERNAME="bob", PASSWORD=TEMPORARY)["Session"]
    srp = world.start_srp("ada")
    return world, Pending(session, srp, asked, tokens["AccessToken"], tokens["RefreshToken"], phone.key, page)


def _list_surroundings() -> list[tuple[str, dict[str, Any]]]:
    google = {"client_id": "a", "client_secret": "b", "authorize_scopes": "email"}
    return [
        ("CreateGroup", {"GroupName": "staff", "Precedence": 3}),
        ("CreateGroup", {"GroupName": "Admins"}),
        ("CreateUserPoolDomain", {"Domain": "people"}),
        ("CreateResourceServer", {"Identifier": "api", "Name": "api"}),
        ("CreateIdentityProvider", {"ProviderName": "Google", "ProviderType": "Google", "ProviderDetails": google}),
        ("SetRiskConfiguration", {"RiskExceptionConfiguration": {"BlockedIPRangeList": ["10.0.0.0/8"]}}),
    ]


def move(world: World, emulator: Emulator) -> World:
    """Return the same pool and client in another emulator."""
    return replace(world, emulator=emulator)


def finish(world: World, pending: Pending) -> None:
    """End what ``make_busy_world`` has begun, by what clients and the outbox hold."""
    answer = {"USERNAME": "bob", "NEW_PASSWORD": "0ther-Horse"}
    assert "AuthenticationResult" in world.respond("NEW_PASSWORD_REQUIRED", pending.session, **answer)
    proof = world.make_proof(pending.srp)
    assert world.respond("PASSWORD_VERIFIER", **proof)
    sms = [message for message in world.emulator.outbox if message.username == "eve" and message.medium == "SMS"][-1]
    code = {"USERNAME": "eve", "SMS_MFA_CODE": sms.code}
    assert "AuthenticationResult" in world.respond("SMS_MFA", pending.mfa["Session"], **code)
    assert world.call("GetUser", AccessToken=pending.access_token)["Username"] == "eve"
    refresh = {"REFRESH_TOKEN": pending.refresh_token, "DEVICE_KEY": pending.device_key}
    assert "AuthenticationResult" in world.initiate("REFRESH_TOKEN_AUTH", **refresh)
    following = world.call("ListUsers", UserPoolId=world.pool_id, Limit=1, PaginationToken=pending.page)["Users"]
    assert [user["Username"] for user in following] == ["eve"]
    groups = world.call_admin("AdminListGroupsForUser", "eve")["Groups"]
    assert [group["GroupName"] for group in groups] == ["staff"]
