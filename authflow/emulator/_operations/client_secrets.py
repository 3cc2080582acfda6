"""The secrets of an app client: one or two work at a time, so that a secret can be replaced without an outage."""

from typing import Final

from authflow.emulator._crypto.entropy import LOWERCASE_ALPHANUMERIC
from authflow.emulator._errors import ErrorTemplate
from authflow.emulator._operations.clients import SECRET_LENGTH
from authflow.emulator._records.client import ClientSecret, UserPoolClient
from authflow.emulator._service import Params, Reply, Service

MAX_SECRETS: Final = 2

# own texts
TOO_MANY_SECRETS: Final = ErrorTemplate("LimitExceededException", "The client has {} secrets already")
NO_SECRETS: Final = ErrorTemplate("InvalidParameterException", "The client was created without a secret")
LAST_SECRET: Final = ErrorTemplate("InvalidParameterException", "The last secret of a client can't be deleted")
SECRET_IN_USE: Final = ErrorTemplate("InvalidParameterException", "The client has this secret already")
NO_SECRET: Final = ErrorTemplate("ResourceNotFoundException", "Client secret {} does not exist.")


def add_user_pool_client_secret(service: Service, params: Params) -> Reply:
    """AddUserPoolClientSecret: add a secret. Only one that was generated is in the reply, and in no later one."""
    client, given = _find(service, params), params.get("ClientSecret")
    if not client.secrets:
        raise NO_SECRETS()
    if len(client.secrets) >= MAX_SECRETS:
        raise TOO_MANY_SECRETS(MAX_SECRETS)
    if any(secret.value == given for secret in client.secrets):
        raise SECRET_IN_USE()
    value = given or service.entropy.text(LOWERCASE_ALPHANUMERIC, SECRET_LENGTH)
    secret = client.add_secret(value, service.now())
    shown = {} if given else {"ClientSecretValue": value}
    return {"ClientSecretDescriptor": {**_describe(secret), **shown}}


def list_user_pool_client_secrets(service: Service, params: Params) -> Reply:
    """ListUserPoolClientSecrets: one page, because there are two at most."""
    return {"ClientSecrets": [_describe(secret) for secret in _find(service, params).secrets]}


def delete_user_pool_client_secret(service: Service, params: Params) -> Reply:
    """DeleteUserPoolClientSecret: from now on SECRET_HASH must be made with the other secret."""
    client = _find(service, params)
    secret = next((secret for secret in client.secrets if secret.id == params["ClientSecretId"]), None)
    if secret is None:
        raise NO_SECRET(params["ClientSecretId"])
    if len(client.secrets) == 1:
        raise LAST_SECRET()
    client.secrets.remove(secret)
    return {}


def _find(service: Service, params: Params) -> UserPoolClient:
    return service.get_client(params["ClientId"], params["UserPoolId"])


def _describe(secret: ClientSecret) -> Reply:
    return {"ClientSecretId": secret.id, "ClientSecretCreateDate": secret.created}
