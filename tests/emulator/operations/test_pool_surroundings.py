"""What stands around a pool: custom attributes, resource servers, domains, looks, tags, logs and a certificate."""

from base64 import b64decode, b64encode

import pytest
from cryptography import x509

from authflow.emulator._operations import clients, resource_servers
from tests.support.emulator.world import PASSWORD, Clock, Json, World

CERTIFICATE = {"CertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/1"}
OTHER_CERTIFICATE = {"CertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/2"}
LOG_GROUP = {"CloudWatchLogsConfiguration": {"LogGroupArn": "arn:aws:logs:eu-west-1:123456789012:log-group:a"}}
NOTIFICATIONS: Json = {"LogLevel": "ERROR", "EventSource": "userNotification", **LOG_GROUP}
EVENTS: Json = {"LogLevel": "INFO", "EventSource": "userAuthEvents", **LOG_GROUP}


def call(world: World, operation: str, **params: object) -> Json:
    return world.call(operation, UserPoolId=world.pool_id, **params)


def refuse(world: World, operation: str, **params: object) -> str:
    return world.expect_refusal(operation, **{"UserPoolId": world.pool_id, **params})


def describe(world: World) -> Json:
    described: Json = call(world, "DescribeUserPool")["UserPool"]
    return described


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("AddCustomAttributes", {"CustomAttributes": [{"Name": "a", "AttributeDataType": "String"}]}),
        ("CreateResourceServer", {"Identifier": "api", "Name": "API"}),
        ("DescribeResourceServer", {"Identifier": "api"}),
        ("UpdateResourceServer", {"Identifier": "api", "Name": "API"}),
        ("DeleteResourceServer", {"Identifier": "api"}),
        ("CreateUserPoolDomain", {"Domain": "people"}),
        ("SetUICustomization", {}),
        ("GetUICustomization", {}),
        ("GetSigningCertificate", {}),
        ("GetLogDeliveryConfiguration", {}),
        ("SetLogDeliveryConfiguration", {"LogConfigurations": []}),
    ],
)
def test_unknown_pools(empty: World, operation: str, params: Json) -> None:
    refusal = empty.expect_refusal(operation, UserPoolId="eu-west-1_none", **params)
    assert refusal == "ResourceNotFoundException: User pool eu-west-1_none does not exist."


# --- custom attributes


def test_custom_attributes(world: World) -> None:
    limits = {"StringAttributeConstraints": {"MaxLength": "3"}}
    added = [
        {"Name": "team", "AttributeDataType": "String", "Mutable": False, **limits},
        {"Name": "secret", "AttributeDataType": "Number", "DeveloperOnlyAttribute": True},
    ]
    assert call(world, "AddCustomAttributes", CustomAttributes=added) == {}
    names = [attribute["Name"] for attribute in describe(world)["SchemaAttributes"]]
    assert names[-2:] == ["custom:team", "dev:custom:secret"]
    world.make_user("bob", **{"custom:team": "abc"})
    for value, refusal in (("abcd", "InvalidParameterException"), ("xyz", "InvalidParameterException")):
        changes = [{"Name": "custom:team", "Value": value}]
        refused = world.expect_refusal(
            "AdminUpdateUserAttributes", UserPoolId=world.pool_id, Username="bob", UserAttributes=changes
        )
        assert refused.startswith(refusal)


@pytest.mark.parametrize(
    ("added", "refusal"),
    [
        (
            [{"Name": "team", "AttributeDataType": "String"}],
            "custom:team: Existing attribute already has name custom:team.",
        ),
        ([{"Name": "email", "AttributeDataType": "String"}], "email: Existing attribute already has name email."),
        (
            [{"Name": "a", "AttributeDataType": "String", "Required": True}],
            "Required custom attributes are not supported currently.",
        ),
        (
            [{"Name": "a", "AttributeDataType": "String"}] * 2,
            "Duplicate custom attribute names custom:a are not allowed in a user pool schema.",
        ),
    ],
)
def test_custom_attributes_that_are_refused(world: World, added: list[Json], refusal: str) -> None:
    call(world, "AddCustomAttributes", CustomAttributes=[{"Name": "team", "AttributeDataType": "String"}])
    before = describe(world)["SchemaAttributes"]
    assert refuse(world, "AddCustomAttributes", CustomAttributes=added) == f"InvalidParameterException: {refusal}"
    assert describe(world)["SchemaAttributes"] == before


def test_a_developer_only_attribute_that_is_there(world: World) -> None:
    added = [{"Name": "a", "AttributeDataType": "String", "DeveloperOnlyAttribute": True}]
    call(world, "AddCustomAttributes", CustomAttributes=added)
    text = "custom:a: Existing attribute already has name dev:custom:a."
    assert refuse(world, "AddCustomAttributes", CustomAttributes=added) == f"InvalidParameterException: {text}"


def test_the_number_of_custom_attributes(world: World) -> None:
    for half in "ab":
        added = [{"Name": f"{half}{number}", "AttributeDataType": "String"} for number in range(25)]
        call(world, "AddCustomAttributes", CustomAttributes=added)
    one = [{"Name": "c", "AttributeDataType": "String"}]
    assert refuse(world, "AddCustomAttributes", CustomAttributes=one).startswith("InvalidParameterException")


# --- app clients


def test_a_deleted_client(world: World) -> None:
    token = world.get_tokens()["AccessToken"]
    assert call(world, "DeleteUserPoolClient", ClientId=world.client_id) == {}
    request = world.make_initiate_params("USER_PASSWORD_AUTH", USERNAME="ada", PASSWORD=PASSWORD)
    gone = f"ResourceNotFoundException: User pool client {world.client_id} does not exist."
    assert world.expect_refusal("InitiateAuth", **request) == gone
    assert world.expect_refusal("GetUser", AccessToken=token) == "NotAuthorizedException: Access Token has been revoked"
    assert call(world, "ListUserPoolClients")["UserPoolClients"] == []
    assert refuse(world, "DeleteUserPoolClient", ClientId=world.client_id) == gone


def test_a_client_of_another_pool_is_not_deleted(world: World) -> None:
    other = world.make_pool()
    assert refuse(other, "DeleteUserPoolClient", ClientId=world.client_id).startswith("ResourceNotFoundException")
    assert "AccessToken" in world.get_tokens()


def test_the_number_of_clients(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "MAX_CLIENTS", 2)
    world.make_client()
    assert refuse(world, "CreateUserPoolClient", ClientName="third").startswith("LimitExceededException")


def test_a_deleted_pool_takes_its_clients_along(world: World) -> None:
    call(world, "DeleteUserPool")
    request = world.make_initiate_params("USER_PASSWORD_AUTH", USERNAME="ada", PASSWORD=PASSWORD)
    assert world.expect_refusal("InitiateAuth", **request).startswith("ResourceNotFoundException")


# --- resource servers


def test_resource_servers(world: World) -> None:
    scopes = [{"ScopeName": "read", "ScopeDescription": "Read everything"}]
    made = call(world, "CreateResourceServer", Identifier="api", Name="API", Scopes=scopes)["ResourceServer"]
    assert made == {"UserPoolId": world.pool_id, "Identifier": "api", "Name": "API", "Scopes": scopes}
    assert call(world, "DescribeResourceServer", Identifier="api")["ResourceServer"] == made
    again = refuse(world, "CreateResourceServer", Identifier="api", Name="API")
    assert again == f"InvalidParameterException: api already exists in user pool {world.pool_id}."
    changed = call(world, "UpdateResourceServer", Identifier="api", Name="New")["ResourceServer"]
    assert changed == {**made, "Name": "New", "Scopes": []}
    assert call(world, "DeleteResourceServer", Identifier="api") == {}
    for operation in ("DescribeResourceServer", "UpdateResourceServer", "DeleteResourceServer"):
        name: Json = {"Name": "New"} if operation.startswith("Update") else {}
        assert refuse(world, operation, Identifier="api", **name).startswith("ResourceNotFoundException")


def test_scopes_of_clients(world: World) -> None:
    settings = {"AllowedOAuthFlows": ["client_credentials"], "AllowedOAuthScopes": ["api/read"]}
    unknown = refuse(world, "CreateUserPoolClient", ClientName="m2m", GenerateSecret=True, **settings)
    assert unknown == "ScopeDoesNotExistException: Invalid scope requested: api/read"
    scopes = [{"ScopeName": "read", "ScopeDescription": "Read everything"}]
    call(world, "CreateResourceServer", Identifier="api", Name="API", Scopes=scopes)
    assert world.make_client(GenerateSecret=True, AllowedOAuthFlowsUserPoolClient=True, **settings).secret
    call(world, "UpdateResourceServer", Identifier="api", Name="API")
    assert refuse(world, "CreateUserPoolClient", ClientName="m2m", GenerateSecret=True, **settings) == unknown


def test_the_number_of_resource_servers(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource_servers, "MAX_SERVERS", 1)
    call(world, "CreateResourceServer", Identifier="a", Name="A")
    assert refuse(world, "CreateResourceServer", Identifier="b", Name="B").startswith("LimitExceededException")


# --- domains


def test_a_prefix_domain(world: World, clock: Clock) -> None:
    assert call(world, "CreateUserPoolDomain", Domain="people") == {"ManagedLoginVersion": 1}
    assert describe(world)["Domain"] == "people"
    described = world.call("DescribeUserPoolDomain", Domain="people")["DomainDescription"]
    assert described.pop("CloudFrontDistribution").endswith(".cloudfront.net")
    assert described.pop("S3Bucket").startswith("aws-cognito-prod-")
    assert described == {
        "UserPoolId": world.pool_id,
        "AWSAccountId": "123456789012",
        "Domain": "people",
        "Version": f"{clock.now:%Y%m%d%H%M%S}",
        "Status": "ACTIVE",
        "CustomDomainConfig": {},
        "ManagedLoginVersion": 1,
    }
    protected = refuse(world, "DeleteUserPool")
    text = "User pool cannot be deleted. It has a domain configured that should be deleted first."
    assert protected == f"InvalidParameterException: {text}"
    assert call(world, "DeleteUserPoolDomain", Domain="people") == {}
    assert world.call("DescribeUserPoolDomain", Domain="people") == {"DomainDescription": {}}
    assert "Domain" not in describe(world)
    call(world, "DeleteUserPool")


def test_a_custom_domain(world: World, clock: Clock) -> None:
    name = "login.example.com"
    made = call(world, "CreateUserPoolDomain", Domain=name, CustomDomainConfig=CERTIFICATE, ManagedLoginVersion=2)
    assert made["ManagedLoginVersion"] == 2
    assert describe(world)["CustomDomain"] == name
    described = world.call("DescribeUserPoolDomain", Domain=name)["DomainDescription"]
    assert described["CustomDomainConfig"] == CERTIFICATE
    assert described["CloudFrontDistribution"] == made["CloudFrontDomain"]
    clock.forward(minutes=1)
    changes = {"CustomDomainConfig": OTHER_CERTIFICATE, "ManagedLoginVersion": 1}
    assert call(world, "UpdateUserPoolDomain", Domain=name, **changes) == {**made, "ManagedLoginVersion": 1}
    changed = world.call("DescribeUserPoolDomain", Domain=name)["DomainDescription"]
    assert changed == {**described, **changes, "Version": f"{clock.now:%Y%m%d%H%M%S}"}
    call(world, "CreateUserPoolDomain", Domain="people")  # one of each kind
    call(world, "DeleteUserPoolDomain", Domain=name)
    assert "CustomDomain" not in describe(world)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("People", "The domain name contains an invalid character."),
        ("-people", "The domain name contains an invalid character."),
        ("login.example.com", "The domain name contains an invalid character."),
        ("my-aws-login", "Domain cannot contain reserved word: aws"),
        ("cognito", "Domain cannot contain reserved word: cognito"),
        ("taken", "Domain already associated with another user pool"),
    ],
)
def test_domains_that_are_refused(world: World, name: str, text: str) -> None:
    call(world.make_pool(), "CreateUserPoolDomain", Domain="taken")
    assert refuse(world, "CreateUserPoolDomain", Domain=name).startswith(f"InvalidParameterException: {text}")


def test_one_domain_of_a_kind(world: World) -> None:
    call(world, "CreateUserPoolDomain", Domain="people")
    assert refuse(world, "CreateUserPoolDomain", Domain="people") == "InvalidParameterException: Domain already exists."
    second = "InvalidParameterException: User pool already has a domain configured."
    assert refuse(world, "CreateUserPoolDomain", Domain="others") == second


def test_custom_domains_of_an_account(world: World) -> None:
    for number in range(4):
        custom = {"Domain": f"login{number}.example.com", "CustomDomainConfig": CERTIFICATE}
        call(world.make_pool(), "CreateUserPoolDomain", **custom)
    fifth = {"Domain": "login.example.com", "CustomDomainConfig": CERTIFICATE}
    assert refuse(world, "CreateUserPoolDomain", **fifth).startswith("LimitExceededException")


def test_domains_of_other_pools(world: World) -> None:
    call(world, "CreateUserPoolDomain", Domain="people")
    other = world.make_pool()
    for operation in ("UpdateUserPoolDomain", "DeleteUserPoolDomain"):
        missing = "InvalidParameterException: No such domain or user pool exists."
        assert refuse(other, operation, Domain="people") == missing
        assert refuse(world, operation, Domain="others") == missing
    changed = refuse(world, "UpdateUserPoolDomain", Domain="people", CustomDomainConfig=CERTIFICATE)
    assert changed.startswith("InvalidParameterException")


def test_newer_login_pages_need_a_tier(empty: World) -> None:
    lite = empty.make_pool(UserPoolTier="LITE")
    refusal = refuse(lite, "CreateUserPoolDomain", Domain="people", ManagedLoginVersion=2)
    text = "The following feature is not available for the LITE pricing tier configured: Managed Login Version 2"
    assert refusal == f"FeatureUnavailableInTierException: {text}"


# --- looks


def test_looks(world: World, clock: Clock) -> None:
    assert call(world, "GetUICustomization") == {"UICustomization": {}}
    missing = "There has to be an existing domain associated with this user pool"
    assert refuse(world, "SetUICustomization", CSS=".a {}") == f"InvalidParameterException: {missing}"
    call(world, "CreateUserPoolDomain", Domain="people")
    image = b64encode(b"picture").decode()
    made = call(world, "SetUICustomization", CSS=".a {}", ImageFile=image)["UICustomization"]
    stamp = f"{clock.now:%Y%m%d%H%M%S}"
    assert made.pop("ImageUrl").endswith(f"/{world.pool_id}/ALL/{stamp}/assets/images/image.jpg")
    now = clock.now.timestamp()
    dates = {"CreationDate": now, "LastModifiedDate": now}
    assert made == {"UserPoolId": world.pool_id, "ClientId": "ALL", "CSS": ".a {}", "CSSVersion": stamp, **dates}
    of_client = call(world, "GetUICustomization", ClientId=world.client_id)["UICustomization"]
    assert of_client["ClientId"] == "ALL"
    call(world, "SetUICustomization", ClientId=world.client_id, CSS=".b {}")
    assert call(world, "GetUICustomization", ClientId=world.client_id)["UICustomization"]["CSS"] == ".b {}"
    assert call(world, "GetUICustomization")["UICustomization"]["CSS"] == ".a {}"


def test_looks_of_unknown_clients(world: World) -> None:
    for operation in ("SetUICustomization", "GetUICustomization"):
        assert refuse(world, operation, ClientId="none").startswith("ResourceNotFoundException")


# --- tags


def test_tags(empty: World) -> None:
    world = empty.make_pool(UserPoolTags={"team": "a"})
    arn = describe(world)["Arn"]
    assert world.call("ListTagsForResource", ResourceArn=arn) == {"Tags": {"team": "a"}}
    assert world.call("TagResource", ResourceArn=arn, Tags={"team": "b", "stage": "test"}) == {}
    assert describe(world)["UserPoolTags"] == {"team": "b", "stage": "test"}
    assert world.call("UntagResource", ResourceArn=arn, TagKeys=["team", "other"]) == {}
    assert world.call("ListTagsForResource", ResourceArn=arn) == {"Tags": {"stage": "test"}}


@pytest.mark.parametrize(
    ("arn", "code"),
    [
        ("arn:aws:s3:::bucket-with-a-name", "InvalidParameterException"),
        ("arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_none", "ResourceNotFoundException"),
        ("arn:aws:cognito-idp:us-east-1:123456789012:userpool/{}", "ResourceNotFoundException"),
    ],
)
def test_tags_of_unknown_resources(world: World, arn: str, code: str) -> None:
    for operation, params in (
        ("TagResource", {"Tags": {}}),
        ("UntagResource", {"TagKeys": []}),
        ("ListTagsForResource", {}),
    ):
        given: Json = {"ResourceArn": arn.format(world.pool_id), **params}
        assert world.expect_refusal(operation, **given).startswith(code)


# --- logs


def test_log_delivery(empty: World) -> None:
    world = empty.make_pool(UserPoolTier="PLUS")
    unset = {"LogDeliveryConfiguration": {"UserPoolId": world.pool_id, "LogConfigurations": []}}
    assert call(world, "GetLogDeliveryConfiguration") == unset
    both = {"LogDeliveryConfiguration": {"UserPoolId": world.pool_id, "LogConfigurations": [NOTIFICATIONS, EVENTS]}}
    assert call(world, "SetLogDeliveryConfiguration", LogConfigurations=[NOTIFICATIONS, EVENTS]) == both
    assert call(world, "GetLogDeliveryConfiguration") == both
    assert call(world, "SetLogDeliveryConfiguration", LogConfigurations=[]) == unset


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        (
            [NOTIFICATIONS, NOTIFICATIONS],
            "InvalidParameterException: Request validation Failed. Following event sources appear more then once in a "
            "request: [userNotification].",
        ),
        (
            [EVENTS],
            "FeatureUnavailableInTierException: The following feature is not available for the ESSENTIALS pricing tier "
            "configured: Log Streaming",
        ),
        ([{**NOTIFICATIONS, "LogLevel": "INFO"}], "InvalidParameterException: "),
        ([{"LogLevel": "ERROR", "EventSource": "userNotification"}], "InvalidParameterException: "),
        ([{**NOTIFICATIONS, "S3Configuration": {"BucketArn": "arn:aws:s3:::a"}}], "InvalidParameterException: "),
    ],
)
def test_log_deliveries_that_are_refused(world: World, given: list[Json], refusal: str) -> None:
    assert refuse(world, "SetLogDeliveryConfiguration", LogConfigurations=given).startswith(refusal)
    assert call(world, "GetLogDeliveryConfiguration")["LogDeliveryConfiguration"]["LogConfigurations"] == []


# --- the certificate


def test_the_certificate(world: World, clock: Clock) -> None:
    text = call(world, "GetSigningCertificate")["Certificate"]
    certificate = x509.load_der_x509_certificate(b64decode(text, validate=True))
    assert certificate.not_valid_before_utc == clock.now
    assert (certificate.not_valid_after_utc - clock.now).days == 3652
    assert call(world, "GetSigningCertificate")["Certificate"] == text
    assert call(world.make_pool(), "GetSigningCertificate")["Certificate"] != text
