"""The types of AuthParameters and ChallengeResponses, which the service model calls plain strings.

The service checks them by the types that the same values have as members of other operations.
https://github.com/aws-amplify/amplify-js/pull/8002
"""

from collections.abc import Iterator, Mapping
from typing import Final

from authflow.emulator._service_model.model import ServiceModel

ATTRIBUTE_PREFIX: Final = "userAttributes."
SHAPES: Final[Mapping[str, str]] = {
    "USERNAME": "UsernameType",
    "PASSWORD": "PasswordType",
    "NEW_PASSWORD": "PasswordType",
    "SECRET_HASH": "SecretHashType",
    "DEVICE_KEY": "DeviceKeyType",
    "REFRESH_TOKEN": "TokenModelType",
    "ACCESS_TOKEN": "TokenModelType",
    "SMS_MFA_CODE": "ConfirmationCodeType",
    "SMS_OTP_CODE": "ConfirmationCodeType",
    "EMAIL_OTP_CODE": "ConfirmationCodeType",
    "SOFTWARE_TOKEN_MFA_CODE": "SoftwareTokenMFAUserCodeType",
}


def check_parameters(model: ServiceModel, parameters: Mapping[str, str]) -> None:
    """Require that the parameters have the characters and lengths of their types. An empty one counts as missing.

    Raises:
        ServiceError: InvalidParameterException, which names each parameter that has not, in alphabetical order.
    """
    given = sorted((name, value) for name, value in parameters.items() if value)
    model.check_values(typed for name, value in given for typed in _list_typed_texts(name, value))


def _list_typed_texts(name: str, value: str) -> Iterator[tuple[str, str, str]]:
    """Yield the shape, the value and the path of each text in a parameter that has a type."""
    if name in SHAPES:
        yield SHAPES[name], value, _to_camel_case(name)
    elif name.startswith(ATTRIBUTE_PREFIX):
        yield "AttributeNameType", name.removeprefix(ATTRIBUTE_PREFIX), "userAttributes.name"
        yield "AttributeValueType", value, "userAttributes.value"


def _to_camel_case(name: str) -> str:
    first, *others = name.lower().split("_")
    return first + "".join(word.capitalize() for word in others)
