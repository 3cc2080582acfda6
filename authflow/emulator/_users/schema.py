"""The schema of a pool: the definitions of its attributes, and the rules for them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from authflow.emulator import _errors
from authflow.emulator._errors import ErrorTemplate
from authflow.emulator._users.attributes import DEVELOPER_PREFIX, STANDARD, TYPES

CONSTRAINTS: Final = {"String": "StringAttributeConstraints", "Number": "NumberAttributeConstraints"}
#: the constraints of the standard attributes, as recorded from the service
TEXT_LIMITS: Final = {"MinLength": "0", "MaxLength": "2048"}
STANDARD_LIMITS: Final[Mapping[str, Mapping[str, str]]] = {
    "sub": {"MinLength": "1", "MaxLength": "2048"},
    "birthdate": {"MinLength": "10", "MaxLength": "10"},
    "updated_at": {"MinValue": "0"},
}
MAX_LENGTH: Final = 2048
#: the limits of a text's length are natural numbers, those of a number any numbers
LIMIT: Final = {"StringAttributeConstraints": re.compile("[0-9]+"), "NumberAttributeConstraints": TYPES["Number"]}
#: the minimum and the maximum of each kind of constraint, and what the service says if they are the wrong way round
RANGES: Final = (
    ("StringAttributeConstraints", "MinLength", "MaxLength", "a max length shorter than it's min length"),
    ("NumberAttributeConstraints", "MinValue", "MaxValue", "a max value smaller than it's min value"),
)
#: https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html
MAX_CUSTOM: Final = 50

EXISTING: Final = ErrorTemplate("InvalidParameterException", "{}: Existing attribute already has name {}.")
TOO_MANY: Final = ErrorTemplate("InvalidParameterException", "A user pool can have {} custom attributes")  # own text


def build_schema(given: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return a pool's schema by name: the standard attributes with the given changes, and the custom ones."""
    attributes = {name: _make_standard(name, kind) for name, kind in STANDARD.items()}
    for attribute in given:
        name = make_name(attribute)
        attributes[name] = _change(attributes.get(name) or _make_custom(attribute), attribute, name)
    return attributes


def add_custom(present: Mapping[str, Mapping[str, Any]], given: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return a schema with further custom attributes.

    Raises:
        ServiceError: InvalidParameterException: one of them is not allowed, is there already, or is one too many.
    """
    for attribute in given:
        if attribute.get("Name") in STANDARD:
            raise _make_existing(attribute["Name"])
    check_definitions(given)
    added = {
        make_name(attribute): _change(_make_custom(attribute), attribute, make_name(attribute)) for attribute in given
    }
    if existing := next((name for name in added if name in present), None):
        raise _make_existing(existing)
    if sum(":" in name for name in [*present, *added]) > MAX_CUSTOM:
        raise TOO_MANY(MAX_CUSTOM)
    return {**present, **added}


def make_name(attribute: Mapping[str, Any]) -> str:
    """Return the name that users' attributes have for a definition."""
    if attribute["Name"] in STANDARD:
        return str(attribute["Name"])
    prefix = "dev:custom:" if attribute.get("DeveloperOnlyAttribute") else "custom:"
    return f"{prefix}{attribute['Name']}"


def check_definitions(definitions: Iterable[Mapping[str, Any]]) -> None:
    """Require that the attributes of a new pool are what the service permits.

    Raises:
        ServiceError: InvalidParameterException: one of them is not.
    """
    custom = set()
    for attribute in definitions:
        if "Name" not in attribute:
            raise _errors.MISSING_PARAMETER("Name")
        _check_kind(attribute)
        _check_limits(attribute)
        name = make_name(attribute)
        if name in custom:
            raise _errors.DUPLICATE_CUSTOM(name)
        custom |= {name} - STANDARD.keys()


def _change(base: Mapping[str, Any], attribute: Mapping[str, Any], name: str) -> dict[str, Any]:
    member = CONSTRAINTS.get(base["AttributeDataType"])
    limits = {member: {**base[member], **attribute.get(member, {})}} if member else {}
    given = {key: value for key, value in attribute.items() if key not in CONSTRAINTS.values()}
    return {**base, **given, **limits, "Name": name}


def _make_existing(name: str) -> _errors.ServiceError:
    return EXISTING(name.removeprefix(DEVELOPER_PREFIX), name)


def _make_standard(name: str, kind: str) -> dict[str, Any]:
    limits = STANDARD_LIMITS.get(name, TEXT_LIMITS)
    return {
        "Name": name,
        "AttributeDataType": kind,
        "DeveloperOnlyAttribute": False,
        "Mutable": name != "sub",
        "Required": name == "sub",
        **({CONSTRAINTS[kind]: limits} if kind in CONSTRAINTS else {}),
    }


def _make_custom(attribute: Mapping[str, Any]) -> dict[str, Any]:
    kind = attribute["AttributeDataType"]
    flags = {"DeveloperOnlyAttribute": False, "Mutable": True, "Required": False}
    return {"AttributeDataType": kind, **flags, **({CONSTRAINTS[kind]: {}} if kind in CONSTRAINTS else {})}


def _check_kind(attribute: Mapping[str, Any]) -> None:
    name, kind = attribute["Name"], attribute.get("AttributeDataType")
    if name in STANDARD:
        if kind not in {None, STANDARD[name]} or attribute.get("DeveloperOnlyAttribute"):
            raise _errors.STANDARD_CHANGED(name)
        return
    if attribute.get("Required"):
        raise _errors.CUSTOM_REQUIRED()
    if kind is None:
        raise _errors.CUSTOM_WITHOUT_TYPE()


def _check_limits(attribute: Mapping[str, Any]) -> None:
    """Require that constraints are numbers, which the service model does not check, and leave room for a value.

    A standard attribute keeps the limits that it is given no other for.
    """
    standard = STANDARD_LIMITS.get(attribute["Name"], {})
    for member, least, greatest, problem in RANGES:
        given = attribute.get(member, {})
        if any(not LIMIT[member].fullmatch(limit) for limit in given.values()):
            raise _errors.LIMIT_INVALID(member, make_name(attribute))
        limits = {name: float(limit) for name, limit in {**standard, **given}.items()}
        if least in limits and greatest in limits and limits[least] > limits[greatest]:
            raise _errors.LIMITS_REVERSED(make_name(attribute), problem)
        if max((limits.get(name, 0) for name in TEXT_LIMITS), default=0) > MAX_LENGTH:
            raise _errors.LENGTH_TOO_LARGE(make_name(attribute), MAX_LENGTH)
