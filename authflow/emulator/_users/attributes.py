"""User attributes, and checks of their values."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from authflow.emulator import _errors
from authflow.emulator._records.client import UserPoolClient
from authflow.emulator._records.contacts import CONTACT_MEDIUMS
from authflow.emulator._records.pool import UserPool

#: https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html
STANDARD: Final[Mapping[str, str]] = {
    **dict.fromkeys(("sub", "name", "given_name", "family_name", "middle_name", "nickname"), "String"),
    **dict.fromkeys(("preferred_username", "profile", "picture", "website", "email"), "String"),
    "email_verified": "Boolean",
    **dict.fromkeys(("gender", "birthdate", "zoneinfo", "locale", "phone_number"), "String"),
    "phone_number_verified": "Boolean",
    "address": "String",
    "updated_at": "Number",
}
#: the attributes that a pool may ignore the case of; a phone number has none
NAMES: Final = frozenset({"email", "preferred_username"})
#: the attributes that only Cognito and administrators can set
MANAGED: Final = frozenset({"sub", *(f"{contact}_verified" for contact in CONTACT_MEDIUMS)})
#: the beginning of names of attributes that only administrators can set
DEVELOPER_PREFIX: Final = "dev:"
EMAIL_FORMAT: Final = re.compile(r"[^@\s]+@[^@\s]+")
PHONE_FORMAT: Final = re.compile(r"\+[1-9][0-9]{1,14}")  # E.164
FORMATS: Final = {
    "email": (EMAIL_FORMAT, "Invalid email address format."),
    "phone_number": (PHONE_FORMAT, "Invalid phone number format."),
}
TYPES: Final = {"Number": re.compile(r"-?[0-9]+(\.[0-9]+)?"), "Boolean": re.compile("true|false", re.IGNORECASE)}


def from_list(entries: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Return an AttributeList as a mapping."""
    return {entry["Name"]: entry.get("Value", "") for entry in entries}


def to_list(attributes: Mapping[str, str]) -> list[dict[str, str]]:
    """Return a mapping as an AttributeList."""
    return [{"Name": name, "Value": value} for name, value in sorted(attributes.items())]


def normalize_case(pool: UserPool, attributes: Mapping[str, str]) -> dict[str, str]:
    """Return attributes as the pool stores them: names that users sign in with are lower case, unless case matters.

    https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-case-sensitivity.html
    """
    return {name: pool.users.normalize_case(value) if name in NAMES else value for name, value in attributes.items()}


def check_values(pool: UserPool, attributes: Mapping[str, str]) -> None:
    """Require that the pool's schema has these attributes and allows their values.

    Raises:
        ServiceError: InvalidParameterException, which names the attribute, or all that the schema does not have.
    """
    if unknown := [name for name in attributes if name not in pool.schema]:
        raise _errors.ATTRIBUTES(_list_problems(unknown, "Attribute does not exist in the schema."))
    for name, value in attributes.items():
        _check_value(pool.schema[name], name, value)


def check_writable(
    client: UserPoolClient,
    attributes: Mapping[str, str],
    managed: _errors.ErrorTemplate = _errors.ATTRIBUTE_FORBIDDEN,
) -> None:
    """Require that an app client may set these attributes.

    Raises:
        ServiceError: ``managed``: only Cognito or an administrator can set the attribute.
            NotAuthorizedException: it is developer-only or not in the client's WriteAttributes.
    """
    for name in attributes:
        if name in MANAGED:
            raise managed(name)
        if name.startswith(DEVELOPER_PREFIX) or not client.may_write(name):
            raise _errors.ATTRIBUTE_FORBIDDEN()


def check_mutable(pool: UserPool, attributes: Mapping[str, str]) -> None:
    """Require that attributes of the schema can be changed after the user was created.

    Raises:
        ServiceError: InvalidParameterException, which names one that can't, even if it has no value yet.
    """
    for name in attributes:
        if not pool.schema[name].get("Mutable", True):
            raise _errors.ATTRIBUTE_NOT_UPDATED(name)


def find_missing(pool: UserPool, attributes: Mapping[str, str]) -> list[str]:
    """Return the required attributes that have no value."""
    return [name for name in pool.required_attributes if not attributes.get(name)]


def check_required(pool: UserPool, attributes: Mapping[str, str]) -> None:
    """Require that all required attributes have a value.

    Raises:
        ServiceError: InvalidParameterException, which names those that have none.
    """
    if names := find_missing(pool, attributes):
        raise _errors.ATTRIBUTES(_list_problems(names, "The attribute is required"))


def apply_changes(present: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """Return the attributes after a user's changes. A new address or number is unverified.

    A blank value deletes an attribute. The changes may say themselves that an address or number is verified.
    """
    unverified = {
        f"{name}_verified": "false" if given[name] else ""
        for name in CONTACT_MEDIUMS
        if name in given and given[name] != present.get(name)
    }
    return drop_blanks({**present, **unverified, **given})


def drop_blanks(attributes: Mapping[str, str]) -> dict[str, str]:
    """Return the attributes that have a value."""
    return {name: value for name, value in attributes.items() if value}


def _list_problems(names: Iterable[str], problem: str) -> str:
    """Return one line for each attribute, as in https://github.com/aws-amplify/amplify-flutter/issues/509."""
    return "".join(f"{name}: {problem}\n" for name in names)


def _check_value(declared: Mapping[str, Any], name: str, value: str) -> None:
    if not value:
        return  # a blank value deletes an attribute
    kind = TYPES.get(declared["AttributeDataType"])
    if kind and not kind.fullmatch(value):
        raise _errors.ATTRIBUTES(f"{name}: Attribute value must be a {declared['AttributeDataType']}")
    if name in FORMATS and not FORMATS[name][0].fullmatch(value):
        raise _errors.INVALID(FORMATS[name][1])
    low, high = _get_limits(declared)
    size = float(value) if declared["AttributeDataType"] == "Number" else len(value)
    if (low and size < float(low)) or (high and size > float(high)):
        raise _errors.ATTRIBUTES(f"{name}: Attribute value is out of range")


def _get_limits(declared: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Return the minimum and maximum: of the value for a number, otherwise of the length."""
    if declared.get("AttributeDataType") == "Number":
        constraints = declared.get("NumberAttributeConstraints", {})
        return constraints.get("MinValue"), constraints.get("MaxValue")
    constraints = declared.get("StringAttributeConstraints", {})
    return constraints.get("MinLength"), constraints.get("MaxLength")
