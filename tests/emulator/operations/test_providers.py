import json

import pytest

from authflow.emulator._operations import providers
from tests.support.emulator.tokens import read_claims
from tests.support.emulator.world import PASSWORD, Clock, Json, World

CLIENT = {"client_id": "a", "client_secret": "b", "authorize_scopes": "openid"}
OIDC = {
    "client_id": "a",
    "authorize_scopes": "openid",
    "oidc_issuer": "https://example.com",
    "attributes_request_method": "GET",
}
APPLE = {"client_id": "a", "private_key": "b", "team_id": "c", "key_id": "d"}
SAML = {"MetadataURL": "https://example.com/metadata"}


def call(world: World, operation: str, **params: object) -> Json:
    return world.call(operation, UserPoolId=world.pool_id, **params)


def refuse(world: World, operation: str, **params: object) -> str:
    return world.expect_refusal(operation, **{"UserPoolId": world.pool_id, **params})


def create(world: World, name: str, kind: str, details: Json, **params: object) -> Json:
    given = {"ProviderName": name, "ProviderType": kind, "ProviderDetails": details, **params}
    made: Json = call(world, "CreateIdentityProvider", **given)["IdentityProvider"]
    return made


def link(world: World, user_id: str = "42", provider: str = "Google", user: str = "ada") -> Json:
    return call(world, "AdminLinkProviderForUser", **make_link(user_id, provider, user))


def make_link(user_id: str = "42", provider: str = "Google", user: str = "ada") -> Json:
    source = {
        "ProviderName": provider,
        "ProviderAttributeName": "Cognito_Subject",
        "ProviderAttributeValue": user_id,
    }
    return {"DestinationUser": {"ProviderName": "Cognito", "ProviderAttributeValue": user}, "SourceUser": source}


def disable(world: World, user_id: str, provider: str) -> Json:
    named = {
        "ProviderName": provider,
        "ProviderAttributeName": "Cognito_Subject",
        "ProviderAttributeValue": user_id,
    }
    return call(world, "AdminDisableProviderForUser", User=named)


def read_identities(world: World) -> list[Json]:
    attributes = {entry["Name"]: entry["Value"] for entry in world.call_admin("AdminGetUser", "ada")["UserAttributes"]}
    found: list[Json] = json.loads(attributes.get("identities", "[]"))
    return found


@pytest.mark.parametrize(
    ("name", "kind", "details", "mapping", "added"),
    [
        ("Google", "Google", CLIENT, {"username": "sub"}, ("oidc_issuer", "https://accounts.google.com")),
        ("Facebook", "Facebook", CLIENT, {"username": "id"}, ("token_request_method", "GET")),
        ("LoginWithAmazon", "LoginWithAmazon", CLIENT, {"username": "user_id"}, ("token_request_method", "POST")),
        (
            "SignInWithApple",
            "SignInWithApple",
            APPLE,
            {"username": "sub"},
            ("oidc_issuer", "https://appleid.apple.com"),
        ),
        ("Staff", "OIDC", OIDC, {"username": "sub"}, ("attributes_url_add_attributes", "false")),
        ("Partner", "SAML", SAML, {}, ("MetadataURL", "https://example.com/metadata")),
    ],
)
def test_what_a_provider_looks_like(
    world: World, clock: Clock, name: str, kind: str, details: Json, mapping: Json, added: tuple[str, str]
) -> None:
    made = create(world, name, kind, details)
    shown = made.pop("ProviderDetails")
    assert shown[added[0]] == added[1]
    assert shown.items() >= {key: value for key, value in details.items() if key != "private_key"}.items()
    assert "private_key" not in shown
    now = clock.now.timestamp()
    dates = {"LastModifiedDate": now, "CreationDate": now}
    expected = {"UserPoolId": world.pool_id, "ProviderName": name, "ProviderType": kind, **dates}
    assert made == {**expected, "AttributeMapping": mapping, "IdpIdentifiers": []}
    described = call(world, "DescribeIdentityProvider", ProviderName=name)["IdentityProvider"]
    assert described == {**made, "ProviderDetails": shown}


@pytest.mark.parametrize(
    ("name", "kind", "details", "refusal"),
    [
        ("MyGoogle", "Google", CLIENT, "Provider MyGoogle cannot be of type Google."),
        ("Google", "OIDC", OIDC, "Provider Google cannot be of type OIDC."),
        (
            "Google",
            "Google",
            {"client_id": "a"},
            "clientId, clientSecret and authorizeScopes are all required idp details.",
        ),
        (
            "SignInWithApple",
            "SignInWithApple",
            CLIENT,
            "clientId, privateKey, teamId, and keyId are all required idp details.",
        ),
        (
            "Staff",
            "OIDC",
            CLIENT,
            "clientId, authorizeScopes, oidcIssuer and attributesRequestMethod are all required idp details.",
        ),
        ("Partner", "SAML", {}, "At least one of the MetadataURL or MetadataFile should be provided."),
        (
            "Partner",
            "SAML",
            {**SAML, "MetadataFile": "<a/>"},
            "Only one of the MetadataURL or MetadataFile should be provided.",
        ),
    ],
)
def test_providers_that_are_refused(world: World, name: str, kind: str, details: Json, refusal: str) -> None:
    given = {"ProviderName": name, "ProviderType": kind, "ProviderDetails": details}
    assert refuse(world, "CreateIdentityProvider", **given) == f"InvalidParameterException: {refusal}"


def test_a_name_is_unique(world: World) -> None:
    create(world, "Google", "Google", CLIENT)
    given = {"ProviderName": "Google", "ProviderType": "Google", "ProviderDetails": CLIENT}
    expected = f"DuplicateProviderException: Google already exists in user pool {world.pool_id}"
    assert refuse(world, "CreateIdentityProvider", **given) == expected


def test_identifiers(world: World) -> None:
    create(world, "Staff", "OIDC", OIDC, IdpIdentifiers=["example.com"])
    found = call(world, "GetIdentityProviderByIdentifier", IdpIdentifier="example.com")["IdentityProvider"]
    assert found["ProviderName"] == "Staff"
    given = {
        "ProviderName": "Other",
        "ProviderType": "OIDC",
        "ProviderDetails": OIDC,
        "IdpIdentifiers": ["example.com"],
    }
    assert refuse(world, "CreateIdentityProvider", **given).startswith("InvalidParameterException")
    assert refuse(world, "DescribeIdentityProvider", ProviderName="Other").startswith("ResourceNotFoundException")
    call(world, "UpdateIdentityProvider", ProviderName="Staff", IdpIdentifiers=["example.org"])
    missing = refuse(world, "GetIdentityProviderByIdentifier", IdpIdentifier="example.com")
    assert missing.startswith("ResourceNotFoundException")
    call(world, "DeleteIdentityProvider", ProviderName="Staff")
    gone = refuse(world, "GetIdentityProviderByIdentifier", IdpIdentifier="example.org")
    assert gone.startswith("ResourceNotFoundException")


def test_update(world: World, clock: Clock) -> None:
    made = create(world, "Staff", "OIDC", OIDC, AcrMapping={"Level1": "a"})
    clock.forward(minutes=1)
    changes = {"ProviderDetails": {**OIDC, "client_id": "new"}, "AttributeMapping": {"email": "mail"}}
    changed = call(world, "UpdateIdentityProvider", ProviderName="Staff", **changes)["IdentityProvider"]
    assert changed["ProviderDetails"]["client_id"] == "new"
    assert changed["AttributeMapping"] == {"email": "mail"}
    assert changed["AcrMapping"] == made["AcrMapping"]
    assert changed["LastModifiedDate"] == clock.now.timestamp()
    again = call(world, "UpdateIdentityProvider", ProviderName="Staff", AcrMapping={"Level2": "b"})
    assert again["IdentityProvider"]["AcrMapping"] == {"Level2": "b"}
    create(world, "Partner", "SAML", SAML)
    refusal = refuse(world, "UpdateIdentityProvider", ProviderName="Partner", AcrMapping={"Level2": "b"})
    assert refusal.startswith("InvalidParameterException")
    incomplete = refuse(world, "UpdateIdentityProvider", ProviderName="Staff", ProviderDetails={"client_id": "a"})
    assert incomplete.startswith("InvalidParameterException")


@pytest.mark.parametrize("operation", ["DescribeIdentityProvider", "UpdateIdentityProvider", "DeleteIdentityProvider"])
def test_unknown_providers(world: World, operation: str) -> None:
    assert refuse(world, operation, ProviderName="None").startswith("ResourceNotFoundException")
    refusal = refuse(world, operation, UserPoolId="eu-west-1_none", ProviderName="None")
    assert refusal == "ResourceNotFoundException: User pool eu-west-1_none does not exist."


def test_pages(world: World) -> None:
    for number in range(3):
        create(world, f"Staff{number}", "OIDC", OIDC)
    first = call(world, "ListIdentityProviders", MaxResults=2)
    assert [set(entry) for entry in first["Providers"]] == [
        {"ProviderName", "ProviderType", "LastModifiedDate", "CreationDate"}
    ] * 2
    rest = call(world, "ListIdentityProviders", MaxResults=2, NextToken=first["NextToken"])
    names = [entry["ProviderName"] for entry in [*first["Providers"], *rest["Providers"]]]
    assert names == ["Staff0", "Staff1", "Staff2"]
    assert "NextToken" not in rest


def test_the_number_of_providers(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(providers, "MAX_PROVIDERS", 1)
    create(world, "Google", "Google", CLIENT)
    given = {"ProviderName": "Staff", "ProviderType": "OIDC", "ProviderDetails": OIDC}
    assert refuse(world, "CreateIdentityProvider", **given).startswith("LimitExceededException")


def test_providers_of_clients(world: World) -> None:
    wanted = {"ClientName": "web", "SupportedIdentityProviders": ["COGNITO", "Google"]}
    unknown = f"InvalidParameterException: The provider Google does not exist for User Pool {world.pool_id}."
    assert refuse(world, "CreateUserPoolClient", **wanted) == unknown
    create(world, "Google", "Google", CLIENT)
    made = call(world, "CreateUserPoolClient", **wanted)["UserPoolClient"]
    assert made["SupportedIdentityProviders"] == ["COGNITO", "Google"]
    call(world, "DeleteIdentityProvider", ProviderName="Google")
    assert refuse(world, "CreateUserPoolClient", **wanted) == unknown


# --- links


def test_a_link_is_seen_in_attributes_and_tokens(world: World, clock: Clock) -> None:
    create(world, "Google", "Google", CLIENT)
    assert link(world) == {}
    date = int(clock.now.timestamp() * 1000)
    identity = {"userId": "42", "providerName": "Google", "providerType": "Google", "issuer": None}
    assert read_identities(world) == [{**identity, "primary": False, "dateCreated": date}]
    tokens = world.get_tokens()
    assert read_claims(tokens["IdToken"])["identities"] == [{**identity, "primary": "false", "dateCreated": str(date)}]
    assert "identities" not in read_claims(tokens["AccessToken"])
    assert disable(world, "42", "Google") == {}
    assert read_identities(world) == []
    assert "identities" not in read_claims(world.get_tokens()["IdToken"])


def test_links_that_are_refused(world: World) -> None:
    create(world, "Google", "Google", CLIENT)
    missing = f"InvalidParameterException: The provider Facebook does not exist for User Pool {world.pool_id}."
    assert refuse(world, "AdminLinkProviderForUser", **make_link(provider="Facebook")) == missing
    nobody = refuse(world, "AdminLinkProviderForUser", **make_link(user="nobody"))
    assert nobody == "UserNotFoundException: User does not exist."
    link(world)
    again = refuse(world, "AdminLinkProviderForUser", **make_link())
    assert again == "InvalidParameterException: SourceUser is already linked to DestinationUser"
    world.make_user("bob")
    merging = "InvalidParameterException: Merging is not currently supported, provide a SourceUser that has not been"
    assert refuse(world, "AdminLinkProviderForUser", **make_link(user="bob")).startswith(merging)
    world.make_user("Google_43")
    assert refuse(world, "AdminLinkProviderForUser", **make_link("43")).startswith(merging)


@pytest.mark.parametrize("member", ["ProviderName", "ProviderAttributeName", "ProviderAttributeValue"])
def test_links_need_a_whole_source(world: World, member: str) -> None:
    create(world, "Google", "Google", CLIENT)
    request = make_link()
    del request["SourceUser"][member]
    assert refuse(world, "AdminLinkProviderForUser", **request).startswith("InvalidParameterException")


def test_links_need_a_destination(world: World) -> None:
    create(world, "Google", "Google", CLIENT)
    request = make_link()
    del request["DestinationUser"]["ProviderAttributeValue"]
    assert refuse(world, "AdminLinkProviderForUser", **request).startswith("InvalidParameterException")
    linked = make_link()
    call(world, "AdminLinkProviderForUser", **linked)
    by_identity = make_link("43")
    by_identity["DestinationUser"] = {"ProviderName": "Google", "ProviderAttributeValue": "42"}
    call(world, "AdminLinkProviderForUser", **by_identity)
    assert [identity["userId"] for identity in read_identities(world)] == ["42", "43"]


def test_the_number_of_links(world: World) -> None:
    create(world, "Google", "Google", CLIENT)
    for number in range(5):
        link(world, str(number))
    assert refuse(world, "AdminLinkProviderForUser", **make_link("5")).startswith("LimitExceededException")
    disable(world, "0", "Google")
    link(world, "5")


def test_a_deleted_user_is_linked_to_nothing(world: World) -> None:
    create(world, "Google", "Google", CLIENT)
    link(world)
    world.call_admin("AdminDeleteUser", "ada")
    world.make_user("bob")
    link(world, user="bob")


def test_unlinking_what_is_not_linked(world: World) -> None:
    create(world, "Google", "Google", CLIENT)
    named = {"ProviderName": "Google", "ProviderAttributeName": "Cognito_Subject", "ProviderAttributeValue": "42"}
    assert refuse(world, "AdminDisableProviderForUser", User=named).startswith("UserNotFoundException")
    wrong = {"ProviderName": "Cognito", "ProviderAttributeName": "email", "ProviderAttributeValue": "ada"}
    assert refuse(world, "AdminDisableProviderForUser", User=wrong).startswith("InvalidParameterException")


def test_without_the_own_provider_the_password_no_longer_works(world: World) -> None:
    disable(world, "ada", "Cognito")
    assert world.call_admin("AdminGetUser", "ada")["UserStatus"] == "EXTERNAL_PROVIDER"
    request = world.make_initiate_params("USER_PASSWORD_AUTH", USERNAME="ada", PASSWORD=PASSWORD)
    assert world.expect_refusal("InitiateAuth", **request) == "NotAuthorizedException: Incorrect username or password."
    forgotten = world.expect_refusal("ForgotPassword", ClientId=world.client_id, Username="ada")
    assert forgotten == "NotAuthorizedException: User password cannot be reset in the current state."
    world.call_admin("AdminSetUserPassword", "ada", Password=PASSWORD, Permanent=True)
    assert world.call_admin("AdminGetUser", "ada")["UserStatus"] == "CONFIRMED"
    assert "AccessToken" in world.get_tokens()
