"""The record of a user pool."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from authflow.emulator._errors import ErrorTemplate
from authflow.emulator._records.directory import Directory
from authflow.emulator._records.functions import LambdaTrigger
from authflow.emulator._records.group import Groups
from authflow.emulator._records.import_job import ACTIVE, ImportJob
from authflow.emulator._records.numbered import Numbered
from authflow.emulator._records.provider import Providers
from authflow.emulator._records.user import User
from authflow.emulator._records.watching import WatchedMap

if TYPE_CHECKING:
    from authflow.emulator._crypto.jose import PoolKeys


#: the key of the risk configuration that applies to all app clients
ALL_CLIENTS: Final = "ALL"
DEFAULT_TIER: Final = "ESSENTIALS"
IMPORTING: Final = ErrorTemplate("UserImportInProgressException", "Users are being imported into this pool")  # own text
#: the members of VerificationMessageTemplate, by the names of the older members that say the same
TEMPLATE_MEMBERS: Final[Mapping[str, str]] = {
    "EmailVerificationMessage": "EmailMessage",
    "EmailVerificationSubject": "EmailSubject",
    "SmsVerificationMessage": "SmsMessage",
}


@dataclass(slots=True, eq=False)
class UserPool:
    """A user pool.

    Attributes:
        settings: the members of the latest request that UserPoolType has too, unchanged.
        schema: the attributes that users may have, by name.
        decoy_key: the secret key from which the data of decoy users is derived, so that it stays the same.
        keys: the key pairs that sign the pool's tokens; None before the first token.
        triggers: the Lambda triggers, by their names in LambdaConfig.
        mfa: the members of SetUserPoolMfaConfig other than MfaConfiguration, unchanged.
        users: the users, found by each of their names.
        groups: the groups, with their members.
        providers: the identity providers, and the users who are linked to them.
        import_jobs: the jobs that import users, by id.
        session_configuration: what SetUserPoolSessionConfiguration has set.
        risk: the risk configurations as they are described, by ``ALL`` or the id of an app client.
        client_ids: the ids of the app clients, in the order in which they were made.
        resource_servers: the resource servers as they are described, by identifier.
        domain: the prefix domain, if there is one.
        custom_domain: the custom domain, if there is one.
        looks: the looks of the login pages as they are described, by ``ALL`` or the id of an app client.
        logs: the LogConfigurations.
        certificate: the certificate for SAML (base64 of DER); None before it was asked for.
        decoys: the decoy users of the last requests, by canonical name.
    """

    id: str
    settings: dict[str, Any]
    schema: Mapping[str, Mapping[str, Any]]
    decoy_key: bytes = field(repr=False)
    created: datetime
    modified: datetime
    keys: "PoolKeys | None" = field(default=None, repr=False)
    mfa: dict[str, Any] = field(default_factory=dict)
    decoys: WatchedMap[User] = field(default_factory=WatchedMap, repr=False)
    triggers: Mapping[str, LambdaTrigger] = field(default_factory=dict, repr=False)
    groups: Groups = field(default_factory=Groups, repr=False)
    providers: Providers = field(default_factory=Providers, repr=False)
    import_jobs: Numbered[ImportJob] = field(default_factory=Numbered, repr=False)
    session_configuration: dict[str, Any] = field(default_factory=dict)
    risk: dict[str, dict[str, Any]] = field(default_factory=dict, repr=False)
    client_ids: Numbered[str] = field(default_factory=Numbered, repr=False)
    resource_servers: Numbered[dict[str, Any]] = field(default_factory=Numbered, repr=False)
    domain: str | None = None
    custom_domain: str | None = None
    looks: dict[str, dict[str, Any]] = field(default_factory=dict, repr=False)
    logs: list[dict[str, Any]] = field(default_factory=list)
    certificate: str | None = field(default=None, repr=False)
    users: Directory = field(init=False, repr=False)

    def __post_init__(self) -> None:
        # the settings that decide about names never change
        self.users = Directory(self.username_attributes, self.aliases, is_case_sensitive=self.is_case_sensitive)

    def delete_user(self, user: User) -> None:
        """Remove a user with their memberships and links."""
        self.groups.leave_all(user)
        self.providers.unlink_all(user)
        self.users.remove(user)

    def find_risk_configuration(self, client_id: str) -> Mapping[str, Any]:
        """Return the risk configuration that applies to an app client; empty if there is none."""
        return self.risk.get(client_id) or self.risk.get(ALL_CLIENTS) or {}

    def require_no_import(self) -> None:
        """Require that no job imports users.

        Raises:
            ServiceError: UserImportInProgressException.
        """
        if any(job.status in ACTIVE for _, job in self.import_jobs.read_all()):
            raise IMPORTING()

    @property
    def srp_pool_name(self) -> str:
        """The pool's part of the SRP identity: its id after the first underscore."""
        return self.id.split("_", 1)[1]

    @property
    def is_case_sensitive(self) -> bool:
        """Whether names that differ only in case are different: the default, according to the service model."""
        return bool(self.settings.get("UsernameConfiguration", {}).get("CaseSensitive", True))

    @property
    def aliases(self) -> frozenset[str]:
        """The attributes that users can sign in with, in addition to their username."""
        return frozenset(self.settings.get("AliasAttributes", ()))

    @property
    def username_attributes(self) -> frozenset[str]:
        """The attributes that users sign in with instead of a username."""
        return frozenset(self.settings.get("UsernameAttributes", ()))

    @property
    def auto_verified_attributes(self) -> frozenset[str]:
        """The attributes that are verified with a code at sign-up."""
        return frozenset(self.settings.get("AutoVerifiedAttributes", ()))

    @property
    def verified_before_update(self) -> frozenset[str]:
        """The attributes whose old value stays in force until the new one is verified."""
        settings = self.settings.get("UserAttributeUpdateSettings", {})
        return frozenset(settings.get("AttributesRequireVerificationBeforeUpdate", ()))

    @property
    def tier(self) -> str:
        """UserPoolTier, by default ESSENTIALS."""
        return str(self.settings.get("UserPoolTier", DEFAULT_TIER))

    @property
    def has_threat_protection(self) -> bool:
        """Whether the pool assesses risks: tier PLUS, and AdvancedSecurityMode AUDIT or ENFORCED."""
        mode = self.settings.get("UserPoolAddOns", {}).get("AdvancedSecurityMode", "OFF")
        return self.tier == "PLUS" and mode != "OFF"

    @property
    def verification_template(self) -> Mapping[str, str]:
        """VerificationMessageTemplate, with what the older members say."""
        older = {member: self.settings[name] for name, member in TEMPLATE_MEMBERS.items() if name in self.settings}
        given = self.settings.get("VerificationMessageTemplate", {})
        return {"DefaultEmailOption": "CONFIRM_WITH_CODE", **older, **given}

    @property
    def has_own_email_sender(self) -> bool:
        """Whether EmailSendingAccount is DEVELOPER: emails are sent by an account of the pool's owner."""
        return bool(self.settings.get("EmailConfiguration", {}).get("EmailSendingAccount") == "DEVELOPER")

    def find_arn(self, trigger: str) -> str | None:
        """Return the ARN that LambdaConfig has for a Lambda trigger, None if it has none."""
        config = self.settings.get("LambdaConfig", {})
        held = config.get("PreTokenGenerationConfig") if trigger == "PreTokenGeneration" else None
        found = held or config.get(trigger)
        arn: str | None = found["LambdaArn"] if isinstance(found, Mapping) else found
        return arn

    @property
    def token_event_version(self) -> str:
        """The version of PreTokenGeneration's events: ``1``, ``2`` or ``3``."""
        versioned = self.settings.get("LambdaConfig", {}).get("PreTokenGenerationConfig", {})
        return str(versioned.get("LambdaVersion", "V1_0"))[1]

    @property
    def mfa_mode(self) -> str:
        """MfaConfiguration: OFF (the default), OPTIONAL or ON."""
        return str(self.settings.get("MfaConfiguration", "OFF"))

    @property
    def first_factors(self) -> frozenset[str]:
        """AllowedFirstAuthFactors, by default PASSWORD only."""
        policy = self.settings["Policies"].get("SignInPolicy", {})
        return frozenset(policy.get("AllowedFirstAuthFactors", ["PASSWORD"]))

    @property
    def has_passwordless_users(self) -> bool:
        """Whether users may have no password: those of pools in which a sent code can be the first factor."""
        return not self.first_factors.isdisjoint({"EMAIL_OTP", "SMS_OTP"})

    @property
    def password_policy(self) -> Mapping[str, Any]:
        """The PasswordPolicy, with all of its rules."""
        policy: Mapping[str, Any] = self.settings["Policies"]["PasswordPolicy"]
        return policy

    @property
    def required_attributes(self) -> list[str]:
        """The names of the attributes that each user must have."""
        return sorted(name for name, attribute in self.schema.items() if attribute.get("Required") and name != "sub")

    @property
    def device_tracking(self) -> Mapping[str, bool]:
        """The DeviceConfiguration. If it is empty, the pool does not track devices."""
        configuration: Mapping[str, bool] = self.settings.get("DeviceConfiguration", {})
        return configuration
