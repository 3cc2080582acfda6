"""Rules for the settings of a user pool that the service model does not express: the refusals of the service.

Their texts were seen in deployments.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from authflow.emulator import _errors
from authflow.emulator._records.pool import DEFAULT_TIER
from authflow.emulator._users.tiers import ACR_VALUES

#: the Lambda triggers that need a KMS key
SENDERS: Final = frozenset({"CustomSMSSender", "CustomEmailSender"})


def check_pool(params: Mapping[str, Any]) -> None:
    """Require that a CreateUserPool or UpdateUserPool request does not contradict itself.

    Raises:
        ServiceError: it does.
    """
    for check in RULES:
        check(params)


def _check_names(params: Mapping[str, Any]) -> None:
    if params.get("AliasAttributes") and params.get("UsernameAttributes"):
        raise _errors.INVALID("Only one of the aliasAttributes or usernameAttributes can be set in a User pool.")


def _check_verification(params: Mapping[str, Any]) -> None:
    if "phone_number" in params.get("AutoVerifiedAttributes", ()) and "SmsConfiguration" not in params:
        raise _errors.INVALID("SMS configuration is required when phone_number is selected for auto verification")


def _check_first_factors(params: Mapping[str, Any]) -> None:
    factors = params.get("Policies", {}).get("SignInPolicy", {}).get("AllowedFirstAuthFactors")
    if factors is None:
        return
    if "PASSWORD" not in factors:
        raise _errors.INVALID("Password should be configured as one of the allowed first auth factors.")


def _check_tier(params: Mapping[str, Any]) -> None:
    tier = params.get("UserPoolTier", DEFAULT_TIER)
    factors = params.get("Policies", {}).get("SignInPolicy", {}).get("AllowedFirstAuthFactors", ["PASSWORD"])
    version = params.get("LambdaConfig", {}).get("PreTokenGenerationConfig", {}).get("LambdaVersion", "V1_0")
    secured = params.get("UserPoolAddOns", {}).get("AdvancedSecurityMode", "OFF") != "OFF"
    customization = f"Token Customization with Pre-Token Generation Lambda {version}"
    is_missing = {
        "Passwordless Sign-In": tier == "LITE" and set(factors) != {"PASSWORD"},
        customization: tier == "LITE" and version != "V1_0",
        "Threat Protection": tier != "PLUS" and secured,
    }
    if missing := [feature for feature, missing in is_missing.items() if missing]:
        raise _errors.FEATURE_OF_TIER(tier, ", ".join(missing))


def _check_temporary_passwords(params: Mapping[str, Any]) -> None:
    unused = params.get("AdminCreateUserConfig", {}).get("UnusedAccountValidityDays")
    temporary = params.get("Policies", {}).get("PasswordPolicy", {}).get("TemporaryPasswordValidityDays")
    if unused is not None and temporary not in {None, unused}:
        raise _errors.INVALID(
            "Please use TemporaryPasswordValidityDays in PasswordPolicy instead of UnusedAccountValidityDays"
        )


def _check_recovery(params: Mapping[str, Any]) -> None:
    mechanisms = params.get("AccountRecoverySetting", {}).get("RecoveryMechanisms", ())
    names, priorities = ([mechanism[member] for mechanism in mechanisms] for member in ("Name", "Priority"))
    if "admin_only" in names and len(set(names)) > 1:
        raise _errors.RECOVERY_INVALID("use admin_only setting with any other recovery mechanisms")
    if len(set(names)) < len(names) or len(set(priorities)) < len(priorities):
        raise _errors.RECOVERY_INVALID("have duplicate priorities or recovery mechanisms")


def _check_levels(params: Mapping[str, Any]) -> None:
    """Require that no level has the name of another one, or the name that another one has by default."""
    given = {level: names["AcrValue"] for level, names in params.get("AcrConfiguration", {}).items()}
    defaults = {name["AcrValue"]: level for level, name in ACR_VALUES.items()}
    clashes = any(defaults.get(value, level) != level for level, value in given.items())
    if clashes or len(set(given.values())) < len(given):
        raise _errors.INVALID("The values of AcrConfiguration must be unique.")


def _check_triggers(params: Mapping[str, Any]) -> None:
    config = params.get("LambdaConfig", {})
    if SENDERS & config.keys() and "KMSKeyID" not in config:
        raise _errors.INVALID("KMSKeyId parameter is required when Custom SMS/Email Lambda trigger is used.")
    versioned = config.get("PreTokenGenerationConfig", {}).get("LambdaArn")
    if versioned is not None and config.get("PreTokenGeneration", versioned) != versioned:
        raise _errors.INVALID(
            "Cannot use PreTokenGenerationLambda and PreTokenGeneration with different Lambda function ARN's"
        )


RULES: Final[tuple[Callable[[Mapping[str, Any]], None], ...]] = (
    _check_names,
    _check_verification,
    _check_first_factors,
    _check_tier,
    _check_temporary_passwords,
    _check_recovery,
    _check_levels,
    _check_triggers,
)
