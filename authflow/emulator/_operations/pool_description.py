"""The description of a user pool: what holds, whether a request set it or not.

The defaults are those of pools that were created with a name only, as recorded from the service.
"""

from collections.abc import Mapping
from typing import Any, Final

from authflow.emulator._records.pool import DEFAULT_TIER, TEMPLATE_MEMBERS, UserPool
from authflow.emulator._service import Service
from authflow.emulator._users.tiers import ACR_VALUES

ACCOUNT: Final = "123456789012"
#: the members that every description has
DEFAULTS: Final[Mapping[str, Any]] = {
    "DeletionProtection": "INACTIVE",
    "IssuerConfiguration": {"Type": "ORIGINAL"},
    "KeyConfiguration": {"KeyType": "AWS_OWNED_KEY"},
    "LambdaConfig": {},
    "UserPoolTags": {},
    "UserPoolTier": DEFAULT_TIER,
}
#: the members of SmsMfaConfiguration, which a pool has too
SMS_MEMBERS: Final = ("SmsConfiguration", "SmsAuthenticationMessage")


def describe_pool(service: Service, pool: UserPool) -> dict[str, Any]:
    """Return a UserPoolType structure."""
    settings, sms = pool.settings, pool.mfa.get("SmsMfaConfiguration", {})
    held = {
        **DEFAULTS,
        **{name: sms[name] for name in SMS_MEMBERS if name in sms},
        **settings,
        "AcrConfiguration": {**ACR_VALUES, **settings.get("AcrConfiguration", {})},
    }
    known = service.model.get_members("UserPoolType")  # older models lack some
    return {
        **{name: value for name, value in held.items() if name in known},
        **_describe_messages(pool),
        "AdminCreateUserConfig": _describe_invitations(settings),
        "EmailConfiguration": {"EmailSendingAccount": "COGNITO_DEFAULT", **settings.get("EmailConfiguration", {})},
        "Policies": {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD"]}, **settings["Policies"]},
        "MfaConfiguration": pool.mfa_mode,
        "Id": pool.id,
        "Arn": f"arn:aws:cognito-idp:{service.region}:{ACCOUNT}:userpool/{pool.id}",
        "CreationDate": pool.created,
        "LastModifiedDate": pool.modified,
        "EstimatedNumberOfUsers": len(pool.users.all),
        "SchemaAttributes": list(pool.schema.values()),
        **({"Domain": pool.domain} if pool.domain else {}),
        **({"CustomDomain": pool.custom_domain} if pool.custom_domain else {}),
    }


def _describe_messages(pool: UserPool) -> dict[str, Any]:
    """Return the verification messages in both places, wherever they were set."""
    template = pool.verification_template
    mirrored = {name: template[member] for name, member in TEMPLATE_MEMBERS.items() if member in template}
    return {**mirrored, "VerificationMessageTemplate": template}


def _describe_invitations(settings: Mapping[str, Any]) -> dict[str, Any]:
    validity = settings["Policies"]["PasswordPolicy"]["TemporaryPasswordValidityDays"]
    defaults = {"AllowAdminCreateUserOnly": False, "UnusedAccountValidityDays": validity}
    return {**defaults, **settings.get("AdminCreateUserConfig", {})}
