"""A sign-in over two web requests, each of which may reach another process: ``python examples/two_requests.py``.

Between the requests the flow is text in a store that only the servers read. The browser holds only the key to it.
"""

import secrets

from authflow import AppClient, Authenticator, BackendError, Failed, Flow, SignedIn, Srp, dumps, loads
from authflow.challenges import NewPasswordRequired
from authflow.emulator import Emulator

emulator = Emulator()
cognito = emulator.boto3_client()
pool = cognito.create_user_pool(PoolName="people")["UserPool"]["Id"]
client = cognito.create_user_pool_client(
    UserPoolId=pool, ClientName="web", GenerateSecret=True, ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH"]
)["UserPoolClient"]
cognito.admin_create_user(UserPoolId=pool, Username="ada", TemporaryPassword="Temporary-1")

app = AppClient(pool, client["ClientId"], client["ClientSecret"])
auth = Authenticator(app, emulator.backend())
store: dict[str, str] = {}  # a database table or Redis in a real service, with an expiry of minutes


def page(flow: Flow) -> str:
    """What the person sees next."""
    if flow.challenge is not None:
        handle = secrets.token_urlsafe()
        store[handle] = dumps(flow)
        return f"{flow.node} {handle}"
    match flow.state:
        case SignedIn(tokens):
            return f"welcome {tokens.username}"
        case Failed(reason=reason):
            return f"not signed in: {reason}"
    raise AssertionError("a flow that rests asks, or has ended")


def post_password(username: str, password: str) -> str:
    """The first request."""
    return page(auth.begin(Srp(username, password)))


def post_new_password(handle: str, new_password: str) -> str:
    """The second request. ``pop`` takes the flow out at once: of two answers to one question only one is sent."""
    text = store.pop(handle, None)
    if text is None:
        return "too late, or answered already: begin again"
    flow = loads(text, app)
    if not isinstance(flow.challenge, NewPasswordRequired):
        return "that was not the question"
    try:
        return page(auth.answer(flow, flow.challenge.reply(new_password)))
    except BackendError as error:
        return f"try again: {page(error.rested)}"


question, handle = post_password("ada", "Temporary-1").split()
print("asked:", question)
print(post_new_password(handle, "weak").split()[0], "again: the policy refused it")
handle = next(iter(store))
print(post_new_password(handle, "Correct-Horse-9"))
print(post_new_password(handle, "Correct-Horse-9"))
