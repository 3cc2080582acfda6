"""A script that signs in a user and answers one challenge, a new password.

Run it with ``python examples/script.py``. It uses an emulator, so it needs no AWS account. With a pool in AWS you need
neither the emulator nor the setup below: use ``Boto3Backend(region="eu-west-1")`` as the backend.
"""

from authflow import AppClient, Authenticator, Failed, SignedIn, Srp
from authflow.challenges import NewPasswordRequired
from authflow.emulator import Emulator

emulator = Emulator()
cognito = emulator.boto3_client()
pool = cognito.create_user_pool(PoolName="people")["UserPool"]["Id"]
client = cognito.create_user_pool_client(
    UserPoolId=pool,
    ClientName="script",
    GenerateSecret=True,
    ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
)["UserPoolClient"]
cognito.admin_create_user(UserPoolId=pool, Username="ada", TemporaryPassword="Temporary-1")

app = AppClient(pool, client["ClientId"], client["ClientSecret"])
auth = Authenticator(app, emulator.backend())
flow = auth.begin(Srp("ada", "Temporary-1"))
while flow.challenge is not None:
    match flow.challenge:
        case NewPasswordRequired() as challenge:
            print("a new password is required")
            flow = auth.answer(flow, challenge.answer("Correct-Horse-9"))
        case other:
            raise SystemExit(f"this script can't answer {other}")

match flow.state:
    case SignedIn(tokens):
        print(f"signed in as {tokens.username}, until {tokens.expires_at:%H:%M} UTC")
    case Failed(reason=reason):
        raise SystemExit(f"not signed in: {reason}")
