"""A sign-in over two web requests, each of which may reach another process: ``python examples/two_requests.py``.

Between the requests the flow is in a store that the servers share. The browser holds only the handle.
"""

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
store: FlowStore = MemoryFlowStore()  # one that all processes share in a real service


def page(flow: Flow) -> str:
    """What the person sees next."""
    if flow.challenge is not None:
        return f"{flow.node} {store.put(flow)}"
    match flow.state:
        case SignedIn(tokens):
            return f"welcome {tokens.username}"
        case Failed(reason=reason):
            return f"not signed in: {reason}"
    raise AssertionError("a flow that rests asks, or has ended")


def post_password(username: str, password: str) -> str:
    """The first request."""
    try:
        return page(auth.begin(Srp(username, password)))
    except (InvalidInput, BackendError, UnexpectedReply):
        return "try again"


def post_new_password(handle: str, new_password: str) -> str:
    """The second request. It takes the flow out of the store: of two answers to one question only one is sent."""
    try:
        flow = store.take(handle)
    except FlowTaken:
        return "too late, or answered already: begin again"
    if not isinstance(flow.challenge, NewPasswordRequired):
        store.put(flow, handle=handle)  # a flow that was taken is answered, or put back
        return "that was not the question"
    try:
        return page(auth.answer(flow, flow.challenge.answer(new_password)))
    except (InvalidInput, BackendError):
        store.put(flow, handle=handle)  # the page that the person has open still works
        return "try again"
    except UnexpectedReply:  # Cognito answered, and it makes no sense: there is nothing to go on with
        return "something went wrong: begin again"


question, handle = post_password("ada", "Temporary-1").split()
print("asked:", question)
question, handle = post_new_password(handle, "weak").split()
print(question, "again: the policy refused it")
print(post_new_password(handle, "Correct-Horse-9"))
print(post_new_password(handle, "Correct-Horse-9"))
