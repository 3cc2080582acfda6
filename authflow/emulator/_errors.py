"""All errors that the emulator can return: their codes and texts.

The texts were observed in Cognito's replies, except those marked "own text": for these no source gives Cognito's text.
"""

from dataclasses import dataclass
from typing import Final


class ServiceError(Exception):
    """The emulator refuses a request as Cognito would.

    The in-process backend turns it into a ``Refusal``, boto3 and HTTP clients get an error response.

    Attributes:
        code: the exception's name in Cognito's API, such as ``NotAuthorizedException``.
        message: Cognito's text. It contains no secret.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class EmulatorBug(RuntimeError):
    """The emulator failed, or made a reply or an error that the service model does not declare: a bug in authflow."""


class ReplyLost(ConnectionError):
    """The operation was carried out, and its reply gets lost, because a fault was switched on that says so."""


@dataclass(frozen=True, slots=True)
class ErrorTemplate:
    """An error code, and a text with a ``{}`` placeholder for each value.

    Call the template with the values and raise the ServiceError that it returns: ``raise NO_POOL(pool_id)``.
    """

    code: str
    text: str

    def with_text(self, text: str) -> "ErrorTemplate":
        """Return the template with another text: where sources disagree, the emulator's settings have it."""
        return ErrorTemplate(self.code, text)

    def __call__(self, *values: object) -> ServiceError:
        """Return the error with its placeholders filled in."""
        return ServiceError(self.code, self.text.format(*values))


# The protocol: errors that occur before an operation is called, so no operation declares them
SERIALIZATION: Final = ErrorTemplate("SerializationException", "{}")
UNKNOWN_OPERATION: Final = ErrorTemplate("UnknownOperationException", "{}")
NOT_EMULATED: Final = ErrorTemplate("NotImplementedByEmulator", "authflow's emulator does not implement {}")  # own text

# Requests
INVALID: Final = ErrorTemplate("InvalidParameterException", "{}")
MISSING_PARAMETER: Final = ErrorTemplate("InvalidParameterException", "Missing required parameter {}")
NO_POOL: Final = ErrorTemplate("ResourceNotFoundException", "User pool {} does not exist.")
NO_CLIENT: Final = ErrorTemplate("ResourceNotFoundException", "User pool client {} does not exist.")

# User pools and their schemas; the texts were seen in deployments
CUSTOM_REQUIRED: Final = ErrorTemplate(
    "InvalidParameterException", "Required custom attributes are not supported currently."
)
CUSTOM_WITHOUT_TYPE: Final = ErrorTemplate(
    "InvalidParameterException",
    "Invalid AttributeDataType input, consider using the provided AttributeDataType enum.",
)
# https://github.com/hashicorp/terraform-provider-aws/issues/23181
STANDARD_CHANGED: Final = ErrorTemplate(
    "InvalidParameterException",
    "You can not change AttributeDataType or set developerOnlyAttribute for standard schema attribute {}",
)
DUPLICATE_CUSTOM: Final = ErrorTemplate(
    "InvalidParameterException", "Duplicate custom attribute names {} are not allowed in a user pool schema."
)
LIMITS_REVERSED: Final = ErrorTemplate("InvalidParameterException", "Attribute {} cannot have {}")
# the texts of another emulator, whose authors may have seen them
LENGTH_TOO_LARGE: Final = ErrorTemplate(
    "InvalidParameterException", "user.{}: String attributes cannot have a length of more than {}"
)
LIMIT_INVALID: Final = ErrorTemplate("InvalidParameterException", "Invalid {} for schema attribute {}")
RECOVERY_INVALID: Final = ErrorTemplate(
    "InvalidParameterException",
    "Invalid account recovery setting parameter. Account Recovery Setting cannot {}.",
)
FEATURE_OF_TIER: Final = ErrorTemplate(
    "FeatureUnavailableInTierException",
    "The following features need to be disabled for the {} pricing tier configured: {}",
)
FEATURE_NOT_IN_TIER: Final = ErrorTemplate(
    "FeatureUnavailableInTierException", "The following feature is not available for the {} pricing tier configured: {}"
)

# App clients and their secrets
CLIENT_ATTRIBUTES: Final = ErrorTemplate(
    "InvalidParameterException", "Invalid {} attributes specified while {} a client"
)
REFRESH_FLOW_WITH_ROTATION: Final = ErrorTemplate(
    "InvalidParameterException",
    "ALLOW_REFRESH_TOKEN_AUTH is not a permitted ExplicitAuthFlow when refresh token rotation is enabled.",
)
OAUTH_FLOW: Final = ErrorTemplate("InvalidOAuthFlowException", "client_credentials flow can not be {}.")
NO_SCOPE: Final = ErrorTemplate("ScopeDoesNotExistException", "Invalid scope requested: {}")
NO_PROVIDER: Final = ErrorTemplate("InvalidParameterException", "The provider {} does not exist for User Pool {}.")
SECRET_HASH_WRONG: Final = ErrorTemplate("NotAuthorizedException", "Unable to verify secret hash for client {}")
SECRET_HASH_WRONG_REFRESH: Final = ErrorTemplate(
    "NotAuthorizedException", "SecretHash does not match for the client: {}"
)
SECRET_HASH_MISSING: Final = ErrorTemplate(
    "NotAuthorizedException", "Client {} is configured with secret but SECRET_HASH was not received"
)
# https://github.com/awslabs/aws-sdk-ios-samples/issues/102
SECRET_HASH_SUPERFLUOUS: Final = ErrorTemplate(
    "InvalidParameterException", "Client {} is not configured for secret but secret hash was received"
)
CLIENT_SECRET_WRONG: Final = ErrorTemplate(
    "NotAuthorizedException", "Unable to verify client secret for client {}"
)  # own text
CLIENT_UNAUTHORIZED: Final = ErrorTemplate("UnauthorizedException", "Unable to verify client {}")  # own text

# Signing in
# https://github.com/aws-samples/aws-serverless-workshops/issues/277
SRP_NOT_ENABLED: Final = ErrorTemplate("InvalidParameterException", "{} is not enabled for the client.")
FLOW_NOT_ENABLED: Final = ErrorTemplate("InvalidParameterException", "{} flow not enabled for this client")
FLOW_OF_OTHER_API: Final = ErrorTemplate("InvalidParameterException", "Initiate Auth method not supported.")
LOCKED: Final = ErrorTemplate("NotAuthorizedException", "Password attempts exceeded")
WRONG_PASSWORD: Final = ErrorTemplate("NotAuthorizedException", "Incorrect username or password.")
USER_DISABLED: Final = ErrorTemplate("NotAuthorizedException", "User is disabled.")
TEMPORARY_PASSWORD_EXPIRED: Final = ErrorTemplate(
    "NotAuthorizedException", "Temporary password has expired and must be reset by an administrator."
)
NOT_CONFIRMED: Final = ErrorTemplate("UserNotConfirmedException", "User is not confirmed.")
RESET_REQUIRED: Final = ErrorTemplate("PasswordResetRequiredException", "Password reset required for the user")
NO_USER: Final = ErrorTemplate("UserNotFoundException", "User does not exist.")
BAD_SRP_A: Final = ErrorTemplate("InvalidParameterException", "SRP_A is not a valid SRP value")  # own text
SRP_A_NOT_HEX: Final = ErrorTemplate(
    "InvalidParameterException",
    "1 validation error detected: Value '{}' at 'sRPA' failed to satisfy constraint: "
    "Member must satisfy regular expression pattern: ^[0-9a-fA-F]+$",
)
NO_CHALLENGE_RESPONSES: Final = ErrorTemplate(
    "InvalidParameterException", "Missing required parameter challenge responses."
)
BAD_SIGNATURE: Final = ErrorTemplate(
    "InvalidParameterException", "Invalid PASSWORD_CLAIM_SIGNATURE format. Must be a Base64 string."
)
BAD_TIMESTAMP: Final = ErrorTemplate(
    "InvalidParameterException", "TIMESTAMP format should be EEE MMM d HH:mm:ss z yyyy in english."
)

# Devices
# https://github.com/aws/aws-sdk-net-extensions-cognito/issues/10
NO_DEVICE: Final = ErrorTemplate("ResourceNotFoundException", "Device does not exist.")
# ConfirmDevice: https://github.com/boto/boto3/issues/4059
DEVICE_KEY_INVALID: Final = ErrorTemplate("InvalidParameterException", "Invalid device key given.")
DEVICE_KEY_EXISTS: Final = ErrorTemplate("DeviceKeyExistsException", "Device already exists.")  # own text
BAD_DEVICE_VERIFIER: Final = ErrorTemplate(
    "InvalidParameterException", "{} is not a base64-encoded SRP value"
)  # own text
# from operations that declare no UserNotFoundException
NO_USER_OF_DEVICE: Final = ErrorTemplate("ResourceNotFoundException", "User does not exist.")
BAD_PAGE: Final = ErrorTemplate("InvalidParameterException", "Invalid pagination token")  # own text

# Lambda triggers
# https://github.com/aws-amplify/amplify-js/issues/9127
TRIGGER_FAILED: Final = ErrorTemplate("UserLambdaValidationException", "{} failed with error {}.")
# https://github.com/anomalyco/sst/issues/1815
TRIGGER_NOT_INVOKED: Final = ErrorTemplate("UnexpectedLambdaException", "{} invocation failed due to error {}.")
# https://github.com/amazon-archives/amazon-cognito-identity-js/issues/167
TRIGGER_OUTPUT: Final = ErrorTemplate("InvalidLambdaResponseException", "Unrecognizable lambda output")
# of a function that returned no JSON object: https://github.com/aws-amplify/amplify-cli/issues/2735
TRIGGER_NO_JSON: Final = ErrorTemplate(
    "InvalidLambdaResponseException", "Invalid lambda function output : Invalid JSON"
)
# https://github.com/aws-amplify/amplify-js/issues/5623
NO_CUSTOM_TRIGGER: Final = ErrorTemplate(
    "InvalidParameterException", "Custom auth lambda trigger is not configured for the user pool."
)

# Sessions
SESSION_INVALID: Final = ErrorTemplate("NotAuthorizedException", "Invalid session for the user.")
SESSION_EXPIRED: Final = ErrorTemplate("NotAuthorizedException", "Invalid session for the user, session is expired.")
SESSION_USED: Final = ErrorTemplate(
    "NotAuthorizedException", "Invalid session for the user, session can only be used once."
)

# MFA and codes
MFA_CODE_WRONG: Final = ErrorTemplate("CodeMismatchException", "Invalid code or auth state for the user.")
SOFTWARE_TOKEN_WRONG: Final = ErrorTemplate("CodeMismatchException", "Invalid code received for user")
SOFTWARE_TOKEN_USED: Final = ErrorTemplate("ExpiredCodeException", "Your software token has already been used once.")
SOFTWARE_TOKEN_NOT_ENABLED: Final = ErrorTemplate(
    "EnableSoftwareTokenMFAException", "Code mismatch and fail enable Software Token MFA"
)
SOFTWARE_TOKEN_OFF: Final = ErrorTemplate(
    "SoftwareTokenMFANotFoundException", "Software Token MFA has not been enabled by the userPool"
)
NO_DELIVERY: Final = ErrorTemplate("InvalidParameterException", "User does not have delivery config set to turn on {}")
MFA_NOT_CONFIGURED: Final = ErrorTemplate(
    "InvalidParameterException", "{} is not configured for the user pool"
)  # own text
MFA_WITHOUT_FACTOR: Final = ErrorTemplate(
    "InvalidParameterException",
    "Invalid MFA configuration given, can't disable all MFAs with a required or optional configuration.",
)
EMAIL_MFA_WITHOUT_SENDER: Final = ErrorTemplate(
    "InvalidParameterException",
    "Cannot set EmailMfaConfiguration when user pool EmailConfiguration contains an EmailSendingAccount of "
    "COGNITO_DEFAULT. Update the value of EmailSendingAccount.",
)
SMS_MFA_WITHOUT_SENDER: Final = ErrorTemplate(
    "InvalidParameterException", "SMS configuration is required for SMS MFA"
)  # own text
MFA_IS_RECOVERY: Final = ErrorTemplate(  # own text
    "InvalidParameterException", "{} can't use the only account recovery channel"
)
PASSKEYS_OFF: Final = ErrorTemplate(
    "WebAuthnNotEnabledException", "Passkeys are not enabled for the user pool"
)  # own text
PASSKEY_WRONG: Final = ErrorTemplate("NotAuthorizedException", "Incorrect passkey: {}")  # own text
MFA_NOT_SET_UP: Final = ErrorTemplate("InvalidParameterException", "No MFA factor has been set up")  # own text
NOT_OFFERED: Final = ErrorTemplate("InvalidParameterException", "{} is not one of the offered options")  # own text

# Users, their attributes and passwords
USERNAME_EXISTS: Final = ErrorTemplate("UsernameExistsException", "User already exists")
# https://github.com/localstack/localstack/issues/4465
USERNAME_EXISTS_FOR_ADMIN: Final = ErrorTemplate("UsernameExistsException", "User account already exists")
# https://github.com/furaiev/amazon-cognito-identity-dart/issues/73
ADDRESS_EXISTS: Final = ErrorTemplate("UsernameExistsException", "An account with the given {} already exists.")
ALIAS_EXISTS: Final = ErrorTemplate("AliasExistsException", "An account with the {} already exists.")
NAME_LOOKS_LIKE_ALIAS: Final = ErrorTemplate(
    "InvalidParameterException", "Username cannot be of {} format, since user pool is configured for {} alias."
)
NAME_IS_NO_ALIAS: Final = ErrorTemplate("InvalidParameterException", "Username should be {}.")
# https://github.com/jagregory/cognito-local/issues/102
NAME_IS_OTHER: Final = ErrorTemplate(
    "InvalidParameterException", "User {} should be empty or same as username, since username attribute is {}"
)
ATTRIBUTES: Final = ErrorTemplate("InvalidParameterException", "Attributes did not conform to the schema: {}")
# NEW_PASSWORD_REQUIRED: https://github.com/aws/aws-sdk-net-extensions-cognito/issues/40
ATTRIBUTE_MISSING: Final = ErrorTemplate("InvalidParameterException", "Invalid attributes given, {} is missing")
# https://github.com/aws-amplify/amplify-js/issues/1669
PREFERRED_USERNAME_TOO_EARLY: Final = ErrorTemplate(
    "InvalidParameterException",
    "Preferred username cannot be provided for unconfirmed account, "
    "since user pool is configured for preferred username alias.",
)
# the rule is the service model's
CONTACT_MISSING: Final = ErrorTemplate("InvalidParameterException", "{} is required because of {}")  # own text
ATTRIBUTE_READ_ONLY: Final = ErrorTemplate("InvalidParameterException", "Cannot modify the non-mutable attribute {}")
ATTRIBUTE_NOT_UPDATED: Final = ErrorTemplate("InvalidParameterException", "user.{}: Attribute cannot be updated.")
ATTRIBUTE_FORBIDDEN: Final = ErrorTemplate(
    "NotAuthorizedException", "A client attempted to write unauthorized attribute"
)
# https://github.com/aws-samples/aws-saas-factory-bootcamp/issues/67
ATTRIBUTE_GIVEN: Final = ErrorTemplate("NotAuthorizedException", "Cannot modify an already provided {}")
PASSWORD_POLICY: Final = ErrorTemplate("InvalidPasswordException", "Password did not conform with policy: {}")
# https://github.com/data-dot-all/dataall/issues/690
TEMPORARY_PASSWORD_POLICY: Final = ErrorTemplate(
    "InvalidPasswordException", "Password did not conform with password policy: {}"
)
PASSWORD_HISTORY: Final = ErrorTemplate(
    "PasswordHistoryPolicyViolationException", "Password has previously been used"
)  # own text
NOT_RESENDABLE: Final = ErrorTemplate(
    "UnsupportedUserStateException", "Resend not possible. {} status is not FORCE_CHANGE_PASSWORD"
)

# Signing up
SIGN_UP_CLOSED: Final = ErrorTemplate("NotAuthorizedException", "SignUp is not permitted for this user pool")
ALREADY_CONFIRMED: Final = ErrorTemplate("InvalidParameterException", "User is already confirmed.")
NOT_CONFIRMABLE: Final = ErrorTemplate("NotAuthorizedException", "User cannot be confirmed. Current status is {}")
NO_AUTO_VERIFICATION: Final = ErrorTemplate("InvalidParameterException", "Auto verification not turned on.")
NO_USER_OF_CLIENT: Final = ErrorTemplate("UserNotFoundException", "Username/client id combination not found.")
WRONG_CODE: Final = ErrorTemplate("CodeMismatchException", "Invalid verification code provided, please try again.")
EXPIRED_CODE: Final = ErrorTemplate("ExpiredCodeException", "Invalid code provided, please request a code again.")
LIMIT_EXCEEDED: Final = ErrorTemplate("LimitExceededException", "Attempt limit exceeded, please try after some time.")
NOT_RESETTABLE: Final = ErrorTemplate("NotAuthorizedException", "User password cannot be reset in the current state.")
NO_RECOVERY: Final = ErrorTemplate(
    "InvalidParameterException",
    "Cannot reset password for the user as there is no registered/verified email or phone_number",
)

# Tokens
REFRESH_TOKEN_INVALID: Final = ErrorTemplate("NotAuthorizedException", "Invalid Refresh Token")
# GetTokensFromRefreshToken: https://github.com/aws/aws-sdk-js-v3/issues/7162
REFRESH_TOKEN_NOT_VALID: Final = ErrorTemplate("NotAuthorizedException", "Invalid Refresh Token.")
REFRESH_TOKEN_OF_OTHER_CLIENT: Final = ErrorTemplate("NotAuthorizedException", "Refresh Token has different Client")
REFRESH_TOKEN_REVOKED: Final = ErrorTemplate("NotAuthorizedException", "Refresh Token has been revoked")
REFRESH_TOKEN_EXPIRED: Final = ErrorTemplate("NotAuthorizedException", "Refresh Token has expired")
REFRESH_TOKEN_REUSED: Final = ErrorTemplate("RefreshTokenReuseException", "Refresh Token was rotated out")  # own text
ACCESS_TOKEN_INVALID: Final = ErrorTemplate("NotAuthorizedException", "Invalid Access Token")
ACCESS_TOKEN_FORGED: Final = ErrorTemplate("NotAuthorizedException", "Could not verify signature for Access Token")
ACCESS_TOKEN_EXPIRED: Final = ErrorTemplate("NotAuthorizedException", "Access Token has expired")
ACCESS_TOKEN_SCOPES: Final = ErrorTemplate("NotAuthorizedException", "Access Token does not have required scopes")
ACCESS_TOKEN_REVOKED: Final = ErrorTemplate("NotAuthorizedException", "Access Token has been revoked")
TOKEN_NOT_REVOCABLE: Final = ErrorTemplate("UnsupportedTokenTypeException", "Unsupported token type")  # own text
TOKEN_OF_OTHER_CLIENT: Final = ErrorTemplate("InvalidParameterException", "Invalid token")  # own text
REVOCATION_OFF: Final = ErrorTemplate(
    "UnsupportedOperationException", "Token revocation is not enabled for this client"
)  # own
