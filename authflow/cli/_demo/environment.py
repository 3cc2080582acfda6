"""The emulator and the user pools of the demonstration."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from authflow import AppClient, Authenticator, DeviceStore
from authflow.backends.boto3 import Boto3Backend
from authflow.cli._demo.report import Report
from authflow.emulator import Emulator, client_at

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

ADA, ADAS_PASSWORD = "ada", "Correct-Horse-9"
GRACE, TEMPORARY_PASSWORD = "grace", "Temporary-1"
FLOWS: Final = (
    "ALLOW_USER_SRP_AUTH",
    "ALLOW_USER_PASSWORD_AUTH",
    "ALLOW_CUSTOM_AUTH",
    "ALLOW_REFRESH_TOKEN_AUTH",
)


class Clock:
    """The emulator's clock: the system time plus an offset, so that the demonstration need not wait for new codes."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def __call__(self) -> datetime:
        """Return the emulator's current time."""
        return datetime.now(UTC) + self._ahead

    def forward(self, **step: float) -> None:
        """Move the clock forward; the arguments are those of `timedelta`."""
        self._ahead += timedelta(**step)


class Environment:
    """An emulator at a URL, with two pools: one without MFA, and one that requires it.

    Attributes:
        plain_app: an app client of the first pool, whose users are ada and grace.
        mfa_app: an app client of the second pool, which remembers devices. Its user ada has no second factor yet.
    """

    def __init__(self, url: str, emulator: Emulator, clock: Clock) -> None:
        self.url = url
        self.emulator = emulator
        self.clock = clock
        self._cognito = client_at(url)
        self._backend = Boto3Backend(self._cognito)
        self.plain_app = self._create_plain_pool()
        self.mfa_app = self._create_mfa_pool()

    def make_authenticator(self, report: Report, app: AppClient, devices: DeviceStore | None = None) -> Authenticator:
        """Return an authenticator that sends its requests over HTTP and reports each step."""
        return Authenticator(app, self._backend, devices=devices, observe=report.observe)

    def _create_plain_pool(self) -> AppClient:
        family_name: Any = {"Name": "family_name", "AttributeDataType": "String", "Required": True, "Mutable": True}
        pool = self._cognito.create_user_pool(PoolName="people", Schema=[family_name])["UserPool"]["Id"]
        _create_ada(self._cognito, pool, [{"Name": "family_name", "Value": "Lovelace"}])
        self._cognito.admin_create_user(
            UserPoolId=pool, Username=GRACE, TemporaryPassword=TEMPORARY_PASSWORD, MessageAction="SUPPRESS"
        )
        return _create_client(self._cognito, pool)

    def _create_mfa_pool(self) -> AppClient:
        devices: Any = {"ChallengeRequiredOnNewDevice": True, "DeviceOnlyRememberedOnUserPrompt": False}
        pool = self._cognito.create_user_pool(PoolName="mfa", DeviceConfiguration=devices)["UserPool"]["Id"]
        self._cognito.set_user_pool_mfa_config(
            UserPoolId=pool, MfaConfiguration="ON", SoftwareTokenMfaConfiguration={"Enabled": True}
        )
        _create_ada(self._cognito, pool, [])
        return _create_client(self._cognito, pool)


def _create_ada(cognito: "CognitoIdentityProviderClient", pool: str, attributes: Any) -> None:  # noqa: ANN401 - boto3's
    cognito.admin_create_user(UserPoolId=pool, Username=ADA, UserAttributes=attributes, MessageAction="SUPPRESS")
    cognito.admin_set_user_password(UserPoolId=pool, Username=ADA, Password=ADAS_PASSWORD, Permanent=True)


def _create_client(cognito: "CognitoIdentityProviderClient", pool: str) -> AppClient:
    flows: Any = list(FLOWS)
    client = cognito.create_user_pool_client(
        UserPoolId=pool, ClientName="demo", GenerateSecret=True, ExplicitAuthFlows=flows
    )["UserPoolClient"]
    return AppClient(pool, client["ClientId"], client["ClientSecret"])
