"""An emulator whose console has something to show."""

from authflow.emulator import Emulator
from tests.support.emulator.world import ALL_FLOWS, Json

CLIENT = "localclient0000000000000001"
POOL = "eu-west-1_Local0001"
PASSWORD = "Correct-Horse-9"
SMS_MFA = {"SmsConfiguration": {"SnsCallerArn": "arn:aws:iam::123456789012:role/sms", "ExternalId": "authflow"}}
DEVICE = {
    "DeviceKey": "eu-west-1_0f3c6a1e-0000-4000-8000-000000000001",
    "DeviceGroupKey": "-Gr0upKey",
    "Salt": "c2FsdA==",
    "PasswordVerifier": "dmVyaWZpZXI=",
    "DeviceName": "Ada's laptop",
}


def make_user(name: str, email: str | None = None, phone: str | None = None, **members: object) -> Json:
    """Return a user of a seed document. Addresses are verified."""
    given = {"email": email, "phone_number": phone}
    pairs = [pair for key, value in given.items() if value for pair in ((key, value), (f"{key}_verified", "true"))]
    attributes = [{"Name": key, "Value": value} for key, value in pairs]
    password = {} if "TemporaryPassword" in members else {"Password": PASSWORD}
    return {"Username": name, "UserAttributes": attributes, **password, **members}


USERS = [
    make_user(
        "ada",
        "ada@example.com",
        "+15550109878",
        Groups=["admins", "editors"],
        TotpSecret="JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
        Devices=[DEVICE],
    ),
    make_user("grace", phone="+15550109879", MfaPreference={"SMSMfaSettings": {"Enabled": True, "PreferredMfa": True}}),
    make_user("linus", "linus@example.com", TemporaryPassword="Temporary-1"),
    make_user("barbara", "barbara@example.com", Enabled=False),
]


def make_document(*users: Json) -> Json:
    """Return a seed document with a pool, two app clients, and these users beside the usual ones."""
    pool = {
        "Id": POOL,
        "PoolName": "people",
        "AutoVerifiedAttributes": ["email"],
        "Policies": {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]}},
        "mfa": {
            "MfaConfiguration": "OPTIONAL",
            "SoftwareTokenMfaConfiguration": {"Enabled": True},
            "SmsMfaConfiguration": SMS_MFA,
        },
        "groups": [{"GroupName": "admins"}, {"GroupName": "editors"}],
        "clients": [
            {"ClientName": "web", "ClientId": CLIENT, "ExplicitAuthFlows": [*ALL_FLOWS, "ALLOW_USER_AUTH"]},
            {"ClientName": "server", "GenerateSecret": True},
        ],
        "users": [*USERS, *users],
    }
    return {"pools": [pool]}


def begin(emulator: Emulator, name: str, password: str = PASSWORD) -> Json:
    """Begin a sign-in with a password."""
    parameters = {"USERNAME": name, "PASSWORD": password}
    return emulator.call(
        "InitiateAuth", {"ClientId": CLIENT, "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": parameters}
    )


def answer(emulator: Emulator, name: str, challenge: Json, **answers: str) -> Json:
    """Answer a challenge of a sign-in."""
    return emulator.call(
        "RespondToAuthChallenge",
        {
            "ClientId": CLIENT,
            "ChallengeName": challenge["ChallengeName"],
            "Session": challenge["Session"],
            "ChallengeResponses": {"USERNAME": name, **answers},
        },
    )


def fill(emulator: Emulator, *users: Json) -> None:
    """Load the pool, begin sign-ins, and send messages."""
    emulator.load(make_document(*users))
    for name in ("ada", "grace", "grace"):
        begin(emulator, name)
    begin(emulator, "linus", "Temporary-1")
    emulator.call("ForgotPassword", {"ClientId": CLIENT, "Username": "ada"})
    email = {"Name": "email", "Value": "margaret.hamilton@example.com"}
    emulator.call(
        "SignUp", {"ClientId": CLIENT, "Username": "margaret", "Password": PASSWORD, "UserAttributes": [email]}
    )
