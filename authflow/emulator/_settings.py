"""Settings for behaviour on which sources disagree, or which no source documents."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

RISK_LEVELS: Final = ("Low", "Medium", "High")


@dataclass(frozen=True, slots=True)
class Settings:
    """How an emulator behaves where Cognito's behaviour is not certain.

    The defaults are what was measured on real pools, otherwise what most sources say. Where sources are silent, the
    default is the stricter behaviour.

    Attributes:
        mfa_code_digits: the length of a code that is sent as a second factor. Sources show 6 and 8 digits. The default
            is the length that SMS_MFA had before Cognito sent other codes. First-factor codes always have 8 digits.
        wrong_totp_keeps_session: if True, the Session stays valid after a wrong code at VerifySoftwareToken, as it
            does after a wrong code in every challenge. If False, the user has to start the sign-in again.
        refused_attribute_keeps_session: if True, the Session stays valid if NEW_PASSWORD_REQUIRED is answered with an
            attribute that is refused, as after a refused password. No measurement settles it.
        totp_setup_signs_in: if True, the user gets tokens after they set up an authenticator app: they have just
            entered a code from it. If False, SOFTWARE_TOKEN_MFA follows, as one source observed.
        email_setup_by_answer: if True, MFA_SETUP takes an email address as its answer, as all SDKs send it. If False,
            the address has to be set by other means and the user has to start the sign-in again, as the service model
            says.
        email_setup_parameter: the name of that address in the answer to MFA_SETUP: ``EMAIL`` in all SDKs, ``email``
            on one documentation page.
        mfa_choice_parameter: the challenge parameter in which SELECT_MFA_TYPE lists its options. One source says
            ``MFAS_CAN_SELECT``.
        mfa_setup_parameter: the challenge parameter in which MFA_SETUP lists the factors that can be set up. Older
            texts say ``MFA_CAN_SETUP``.
        first_sign_in_without_mfa: if True, a user whom an administrator has confirmed gets tokens at the first
            sign-in even if the pool requires MFA, as one source says. If False, MFA is required, as another says.
        proof_validity: how long a PASSWORD_VERIFIER challenge can be answered. The service model says "a few seconds".
            None stands for the client's AuthSessionValidity, as other sources say.
        refresh_needs_device: if True, a refresh must contain the confirmed device key that the tokens belong to.
            Otherwise it is refused with "Invalid Refresh Token", as was observed. If False, the refresh returns a new
            device key, as the service model says. Tokens from a sign-in without a device never need one.
        custom_instead_of_password: if True, DefineAuthChallenge may respond to SRP_A with CUSTOM_CHALLENGE, as one
            source says. If False, PASSWORD_VERIFIER must follow, as in the developer guide: any other challenge would
            skip the password.
        custom_auth_refusal: the text for CUSTOM_AUTH at a client that does not allow it. The default has the form of
            the text for USER_SRP_AUTH, which was measured. Other sources say ``{} flow not enabled for this client``.
        admin_password_refusal: the same for ADMIN_USER_PASSWORD_AUTH and ADMIN_NO_SRP_AUTH. Only other emulators have
            the default; no source has another text.
        deleted_user_refresh: the text for the refresh token of a deleted user. One source has the default, which says
            more than ``Invalid Refresh Token``, the text for any other unknown token.
        alias_exists_text: the text of AliasExistsException. ``An account with the given {} already exists.`` was seen
            too, and nothing settles which is current.
        missing_secret_hash: the text for a request without the SECRET_HASH that the client needs. Recent reports have
            the default, older ones ``Client {} is configured for secret but secret was not received``.
        unverified_totp: the text for turning on SOFTWARE_TOKEN_MFA for a user without an authenticator app. The default
            was measured on a real pool; older clients look for ``User has not verified software token mfa``.
        shortest_phone_username: the least number of digits of a phone number that is a username. One source demands
            three digits: there is no shorter number. Two are what E.164 needs at least.
        reset_of_disabled_user: if False, AdminResetUserPassword refuses a disabled user with "User is disabled.", as
            one source says: a test that depends on it had better fail here. If True, the password is reset.
        proof_once: if True, an SRP proof without a Session works once, and a SECRET_BLOCK takes one answer. If False,
            the same proof, or a right one after a wrong one, works as often as it is sent until the block expires, as
            was measured on a real pool: a client whose response was lost may send it again.
        proof_clock: how far the TIMESTAMP of an SRP proof may be from the emulator's clock. None stands for any time,
            as was measured on a real pool.
        refuse_zero_srp_a: if True, an SRP_A that is a multiple of the group's modulus is refused at once. If False, it
            is challenged, and then every proof is refused, as was measured on a real pool.
        device_needs_session: if True, the answers to DEVICE_SRP_AUTH and DEVICE_PASSWORD_VERIFIER need the Session, as
            the service is said to require some day. If False, they may leave it out, as in examples of AWS: the device
            key then identifies the sign-in that waits for it.
        refuse_refresh_flow_with_rotation: if True, a client that rotates refresh tokens may not have
            ALLOW_REFRESH_TOKEN_AUTH: the error is quoted in several places. If False, it may, and REFRESH_TOKEN_AUTH is
            refused later.
        show_disabled_totp: if True, ``SoftwareTokenMfaConfiguration={}`` is described as ``{"Enabled": False}``, the
            member that clients read. If False, it is described as ``{}``.
        show_empty_token_units: if True, an app client without TokenValidityUnits is described with ``{}``, as in
            recorded replies. If False, without the member.
        cors: if True, browsers may send requests from pages of any origin, as the service allows: any page that a
            developer opens can use the emulator. If False, no page can. The paths below ``/_authflow`` are never open
            to pages.
        ignore_unknown_members: if True, members of a request over HTTP that the service model does not have are
            ignored and logged: clients may be newer than the model, and some send ClientMetadata with operations that
            have none. If False, they are refused, as they always are in process, where they are a test's own slip.
        delete_group_with_members: if True, DeleteGroup takes the members out of the group, as the service model says.
            If False, it refuses, as older texts say.
        foreign_roles: if True, the RoleArn of a group may belong to any AWS account: an emulator is nobody's. If False,
            a role of another account than 123456789012, which is in the pools' ARNs, is refused as by the service.
        attributes_of_everyone: if True, ListUsers refuses AttributesToGet with an attribute that one of the users found
            does not have, as the service model says. If False, such users are described without it.
        acr_in_every_token: if True, the tokens of each sign-in have the claims ``acr`` and ``amr``, as one page says.
            If False, only those of a sign-in with TARGET_ACR_VALUES: no recorded token of another one shows them.
        sign_in_risk: the risk that each sign-in has in pools with threat protection: ``Low``, ``Medium`` or ``High``.
            None stands for no risk: the emulator can't assess it. Where the mode is ENFORCED, the pool's risk
            configuration may block such sign-ins or demand a second factor, and may send a notification.
        resets_per_hour: how often a user may call ForgotPassword in an hour, and ConfirmForgotPassword: 5 to 20, by the
            risk that the service sees.
        default_recovery: if True, a pool for which no AccountRecoverySetting was given has one, as tests that run on
            AWS show: email first, then phone, as in the developer guide. If False, it has none, as the service model
            says: phone first, then email.
        replace_mfa_factors: if True, SetUserPoolMfaConfig removes the factors that the request does not have, as tests
            that run on AWS show. If False, they stay.
        custom_email_needs_sender: if True, CustomMessage may set the text and subject of emails only if
            EmailSendingAccount is DEVELOPER, as the developer guide says. If False, always.
        refresh_trigger_source: the ``triggerSource`` of PreTokenGeneration's event at GetTokensFromRefreshToken. The
            trigger's own page has the default; the page that lists the triggers of each operation says
            ``TokenGeneration_Authentication``.
        verify_trigger_source: the ``triggerSource`` of VerifyAuthChallengeResponse's event. One table of the developer
            guide says ``VerifyAuthChallenge_Authentication``; events in practice have the default.
        sms_sender_source: the beginning of ``triggerSource`` in CustomSMSSender's events. The developer guide also
            has ``CustomSmsSender``; events in practice have the default.
        passkey_localhost: if True, a page of ``http://localhost``, at any port, can use passkeys, with ``localhost`` as
            the RP id: without it, no local front end could. If False, only HTTPS, and ``localhost`` is no RP id: the
            service accepts domain names of which somebody is the owner.
        passkey_android: if True, Android apps can use passkeys: origins that begin with ``android:apk-key-hash:`` are
            accepted, of any app. If False, none is: the emulator can't find out which apps belong to a domain.
        passkey_display_name: if True, ``user.displayName`` in the options of a registration is the username, as in one
            recorded reply. If False, it is empty, as in another.
        passkey_needs_transports: if True, a new passkey with neither ``transports`` nor ``authenticatorAttachment`` is
            refused, as was reported. If False, it is accepted: another report gives another cause.
        passkey_registration: how long a registration can be completed. None stands for the ``timeout`` of its options,
            one minute.
        passkey_transports_listed: if True, ListWebAuthnCredentials has ``AuthenticatorTransports``, as the service
            model says. If False, it lacks them, as a recorded reply does.
        passkey_options_at_choice: if True, SELECT_CHALLENGE comes with CREDENTIAL_REQUEST_OPTIONS where WEB_AUTHN is
            offered, so that ANSWER=WEB_AUTHN can have CREDENTIAL, as the service model says. If False, it comes without
            parameters, as in recorded replies, and a CREDENTIAL in its answer is refused.
        passkey_mfa_by_preference: if True, a verified passkey counts as both factors only of users who have turned that
            on with WebAuthnMfaSettings, as the service model says. If False, of all users of a pool whose
            FactorConfiguration is MULTI_FACTOR_WITH_USER_VERIFICATION.
        refused_passkey_keeps_session: if True, the Session stays valid after a CREDENTIAL that is refused, as after a
            wrong code. If False, the user has to start the sign-in again. No source settles it.
        sub_in_attributes_to_get: if True, AttributesToGet may contain ``sub``. If False, it is refused, as was reported
            in 2026.
    """

    mfa_code_digits: int = 6
    wrong_totp_keeps_session: bool = True
    refused_attribute_keeps_session: bool = True
    totp_setup_signs_in: bool = True
    email_setup_by_answer: bool = True
    email_setup_parameter: str = "EMAIL"
    mfa_choice_parameter: str = "MFAS_CAN_CHOOSE"
    mfa_setup_parameter: str = "MFAS_CAN_SETUP"
    first_sign_in_without_mfa: bool = False
    proof_validity: timedelta | None = None
    refresh_needs_device: bool = True
    custom_instead_of_password: bool = False
    custom_auth_refusal: str = "{} is not enabled for the client."
    admin_password_refusal: str = "Auth flow not enabled for this client"
    deleted_user_refresh: str = "The user has been deleted for the associated refresh token"
    alias_exists_text: str = "An account with the {} already exists."
    missing_secret_hash: str = "Client {} is configured with secret but SECRET_HASH was not received"
    unverified_totp: str = "User does not have delivery config set to turn on {}"
    shortest_phone_username: int = 3
    reset_of_disabled_user: bool = False
    proof_once: bool = False
    proof_clock: timedelta | None = None
    refuse_zero_srp_a: bool = False
    device_needs_session: bool = False
    refuse_refresh_flow_with_rotation: bool = True
    show_disabled_totp: bool = True
    show_empty_token_units: bool = True
    cors: bool = True
    ignore_unknown_members: bool = True
    delete_group_with_members: bool = True
    foreign_roles: bool = True
    attributes_of_everyone: bool = True
    acr_in_every_token: bool = False
    sign_in_risk: str | None = None
    resets_per_hour: int = 5
    default_recovery: bool = True
    replace_mfa_factors: bool = True
    custom_email_needs_sender: bool = True
    refresh_trigger_source: str = "TokenGeneration_RefreshTokens"
    verify_trigger_source: str = "VerifyAuthChallengeResponse_Authentication"
    sms_sender_source: str = "CustomSMSSender"
    passkey_localhost: bool = True
    passkey_android: bool = False
    passkey_display_name: bool = True
    passkey_needs_transports: bool = True
    passkey_registration: timedelta | None = None
    passkey_transports_listed: bool = True
    passkey_options_at_choice: bool = False
    passkey_mfa_by_preference: bool = True
    refused_passkey_keeps_session: bool = False
    sub_in_attributes_to_get: bool = False

    def __post_init__(self) -> None:
        if self.sign_in_risk not in {None, *RISK_LEVELS}:
            raise ValueError(f"sign_in_risk: must be {', '.join(RISK_LEVELS)} or None")
