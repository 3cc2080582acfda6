"""A sign-in over two web requests, which different processes may handle.

Run it with ``python examples/two_requests.py``. It uses an emulator, so it needs no AWS account.

Between the requests the flow is kept in a store, and the browser gets only a handle to it. Use a store that all your
processes share, such as ``RedisFlowStore``. Only the browser that began a sign-in can continue it: ``browser`` is a
random id that your service keeps in a cookie (``HttpOnly``, ``Secure``, ``SameSite``).
"""

from hashlib import sha256
from secrets import token_urlsafe

from authflow import (
    AppClient,
    Authenticator,
    BackendError,
    Failed,
    Flow,
    FlowStore,
    FlowTaken,
    InvalidInput,
    MemoryFlowStore,
    SignedIn,
    Srp,
    UnexpectedReply,
)
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
store: FlowStore = MemoryFlowStore()  # in memory; several processes need a shared store


def make_holder(browser: str) -> str:
    """Return the holder of a browser's flows and devices: a digest, so that no store contains the cookie."""
    return sha256(browser.encode()).hexdigest()


def render(flow: Flow) -> str:
    """Return the text of the next page."""
    if flow.challenge is not None:
        return f"{flow.node} {store.put(flow)}"
    match flow.state:
        case SignedIn(tokens):
            return f"welcome {tokens.username}"
        case Failed(reason=reason):
            return f"not signed in: {reason}"
    raise AssertionError("a flow without a request has a challenge, or has ended")


def post_password(username: str, password: str, browser: str) -> str:
    """Handle the first request."""
    try:
        return render(auth.begin(Srp(username, password), holder=make_holder(browser)))
    except (InvalidInput, BackendError, UnexpectedReply):
        return "please try again"


def post_new_password(handle: str, new_password: str, browser: str) -> str:
    """Handle the second request.

    It takes the flow out of the store, so a challenge is answered only once, even if the form is submitted twice.
    """
    try:
        flow = store.take(handle)
    except FlowTaken:
        return "expired or already answered: please start again"
    if flow.holder != make_holder(browser) or not isinstance(flow.challenge, NewPasswordRequired):
        store.put(flow, handle=handle)  # either answer a flow that you took, or put it back
        return "this page can't answer that challenge: please start again"
    try:
        return render(auth.answer(flow, flow.challenge.answer(new_password)))
    except (InvalidInput, BackendError):
        store.put(flow, handle=handle)  # under the same handle, so that the user's open page still works
        return "please try again"
    except UnexpectedReply:  # Cognito's reply is not valid, so this sign-in can't continue
        return "something went wrong: please start again"


cookie = token_urlsafe()
challenge, handle = post_password("ada", "Temporary-1", cookie).split()
print("challenge:", challenge)
challenge, handle = post_new_password(handle, "weak", cookie).split()
print("after a weak password:", challenge)
print("from another browser:", post_new_password(handle, "Correct-Horse-9", token_urlsafe()))
print(post_new_password(handle, "Correct-Horse-9", cookie))
print(post_new_password(handle, "Correct-Horse-9", cookie))
