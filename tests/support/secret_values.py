"""Values of every public dataclass, which hold secrets that tests can look for."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from authflow import (
    AppClient,
    Backoff,
    Choice,
    Context,
    Custom,
    Device,
    Flow,
    Form,
    Opening,
    Password,
    Refresh,
    Refusal,
    Secret,
    SignedIn,
    Srp,
    Stamp,
    Tokens,
    begin,
)
from authflow.challenges import BaseChallenge, BaseQuestion, TotpSetup
from authflow.core.answers import Answer
from authflow.core.challenge import LastingQuestion
from authflow.core.events import Answered, AskedAgain, Begun, Cancelled, DeviceForgotten, Event, Refused, Replied
from authflow.core.flow import BaseFlow
from authflow.core.modexp import find_arithmetic
from authflow.core.replies import parse_associated, parse_auth_reply, parse_signed_up, parse_verified
from authflow.core.requests import (
    AdminUserGlobalSignOut,
    ClientRequest,
    GlobalSignOut,
    Request,
    RevokeToken,
    UserRequest,
)
from authflow.core.srp import device_verifier
from authflow.emulator import Emulator, Fault, FaultKind, Message, SeededClient, Settings
from authflow.machines.remember_device import begin as begin_remembering
from authflow.machines.reset_password import ResetPassword
from authflow.machines.sign_in.table import TABLE
from authflow.machines.sign_up import ResumeSignUp, SignUp
from authflow.testing import SoftwareAuthenticator, SoftwareCredential
from authflow.tokens._claims import Claims, read_access_claims, read_id_claims
from tests.support.openings import find_opening, needs_admin
from tests.support.replies import CHALLENGES, CREDENTIAL, challenge, password_verifier, tokens
from tests.support.samples import AT

#: tokens are there to be used; a message of the emulator is its outbox, and a seeded client is read from there
EXCEPTED = (Tokens, SignedIn, Message, SeededClient)
CLIENT_SECRET, PASSWORD, CODE, SEED = "cl1entsecret", "Correct-Horse-9", "135790", "JBSWY3DPEHPK3PXP"
REFRESH_TOKEN, ACCESS_TOKEN, SESSION = "refresh-token-1", "access-token-1", "session-of-ada-1"
DEVICE_SECRET, ANSWER, ENTROPY = "s3cret-of-a-device", "my-first-pet", bytes(range(64))
APP = AppClient("eu-west-1_Ab12Cd34E", "3n4b5urk1ft4fl3mg5e62d9ado", CLIENT_SECRET)
SECRETS = (
    CLIENT_SECRET, PASSWORD, CODE, SEED, REFRESH_TOKEN, ACCESS_TOKEN, SESSION, DEVICE_SECRET, ANSWER, ENTROPY.hex(),
    str(APP.secret_hash("ada")),
)  # fmt: skip

DEVICE = Device("eu-west-1_0f3c", "-Gr0up", DEVICE_SECRET)
STAMP = Stamp(AT, ENTROPY)
OPENINGS: tuple[Opening, ...] = (
    Srp("ada", PASSWORD),
    Password("ada", PASSWORD),
    Custom("ada", PASSWORD),
    Choice("ada", "PASSWORD_SRP", PASSWORD, session=SESSION, access_token=ACCESS_TOKEN),
    Refresh(REFRESH_TOKEN, "ada"),
    Refresh(REFRESH_TOKEN, "ada", by_auth_flow=True),
)
ANSWERS: dict[str, tuple[Any, ...]] = {
    "SELECT_MFA_TYPE": ("SMS_MFA",),
    "NEW_PASSWORD_REQUIRED": (PASSWORD,),
    "CUSTOM_CHALLENGE": (ANSWER,),
    "WEB_AUTHN": (CREDENTIAL,),
    "SELECT_CHALLENGE": ("PASSWORD_SRP", PASSWORD),
    "PASSWORD": (PASSWORD,),
    "PASSWORD_SRP": (PASSWORD,),
    "ADMIN_NO_SRP_AUTH": (PASSWORD,),
    "DEVICE_SRP_AUTH": (DEVICE,),
}


def collect_values() -> list[Any]:
    """Return dataclasses of every kind: those that sign-ins go through, and all that they are made of."""
    roots = [*OPENINGS, *walk_sign_ins(), *walk_device(), *walk_sign_up(), *walk_reset(), *make_events(), *make_parts()]
    found = {id(value): value for root in roots for value in walk_dataclasses(root)}
    return list(found.values())


def walk_sign_ins() -> Iterator[Any]:
    """Yield the flows of sign-ins that meet every challenge, with the answers."""
    for opening in OPENINGS:
        for admin in (False, True):
            yield begin(APP, opening, STAMP, admin=admin)
    proving = begin(APP, OPENINGS[0], STAMP).receive(password_verifier(), STAMP)
    yield proving
    yield proving.refuse(Refusal("NotAuthorizedException", "no"), STAMP)
    yield proving.receive(tokens(REFRESH_TOKEN, AccessToken=ACCESS_TOKEN), STAMP)
    for reply in CHALLENGES.values():
        name = reply["ChallengeName"]
        begun = begin(APP, find_opening(name, "ada", PASSWORD), STAMP, admin=needs_admin(name))
        yield from walk_challenge(begun.receive(reply | {"Session": SESSION}, STAMP))


def walk_challenge(asked: Flow) -> Iterator[Any]:
    """Yield a flow at a challenge, an answer, and the flow after it; for MFA_SETUP, all of its steps."""
    question: Any = asked.challenge
    if question.name != "MFA_SETUP":
        answer = question.answer(*ANSWERS.get(question.name, (CODE,)), **make_attributes(question))
        yield from (asked, answer, asked.answer(answer, STAMP))
        return
    answer = question.answer_totp()
    associating = asked.answer(answer, STAMP)
    setting_up = associating.receive({"SecretCode": SEED, "Session": SESSION}, STAMP)
    setup: Any = setting_up.challenge
    first = setup.answer(CODE)
    yield from (asked, answer, associating, setting_up, first, setting_up.answer(first, STAMP))


def make_attributes(question: Any) -> dict[str, str]:
    """Return the attributes that the challenge requires."""
    return dict.fromkeys(getattr(question, "required_attributes", ()), "Hopper")


def walk_device() -> Iterator[Any]:
    """Yield the flows that remember a device."""
    new_device = {"DeviceKey": "eu-west-1_new", "DeviceGroupKey": "-Gr0up"}
    signed_in = begin(APP, OPENINGS[1], STAMP).receive(
        tokens(REFRESH_TOKEN, AccessToken=ACCESS_TOKEN, NewDeviceMetadata=new_device), STAMP
    )
    confirming = begin_remembering(APP, signed_in.tokens, STAMP)
    updating = confirming.receive({"UserConfirmationNecessary": True}, STAMP)
    yield from (signed_in, confirming, updating, updating.receive({}, STAMP))


def walk_sign_up() -> Iterator[Any]:
    """Yield the flows of a sign-up."""
    opening = SignUp("ada", PASSWORD, {"family_name": "Hopper"}, validation_data={"invitation": ANSWER})
    sent = {"UserConfirmed": False, "UserSub": "1", "CodeDeliveryDetails": {}, "Session": SESSION}
    calling = opening.begin(APP, STAMP)
    asked = calling.receive(sent, STAMP)
    question: Any = asked.challenge
    answers = (question.answer(CODE), question.answer_resend())
    confirming, resending = (asked.answer(answer, STAMP) for answer in answers)
    yield from (opening, calling, asked, *answers, confirming, resending, parse_signed_up(sent))
    yield confirming.receive({"Session": SESSION}, STAMP)
    resuming = ResumeSignUp("ada")
    yield from (resuming, resuming.begin(APP, STAMP))


def walk_reset() -> Iterator[Any]:
    """Yield the flows of a forgotten password."""
    calling = ResetPassword("ada").begin(APP, STAMP)
    asked = calling.receive({"CodeDeliveryDetails": {}}, STAMP)
    question: Any = asked.challenge
    answer = question.answer(CODE, PASSWORD)
    resetting = asked.answer(answer, STAMP)
    yield from (ResetPassword("ada"), calling, asked, answer, resetting, resetting.receive({}, STAMP))


def make_events() -> Iterator[Event]:
    """Yield an event of every kind."""
    calling = begin(APP, OPENINGS[1], STAMP)
    asked = calling.receive(challenge("SMS_MFA", SESSION), STAMP)
    question: Any = asked.challenge
    call: Any = calling.state
    yield Begun("begin_srp", STAMP, OPENINGS[0], "USER_SRP_AUTH")
    yield Answered("answer", STAMP, question.answer(CODE), question)
    yield AskedAgain("SMS_MFA", STAMP, question.reject("CodeMismatchException", "no"))
    yield from (Event("any", STAMP), Cancelled("cancel", STAMP), DeviceForgotten("device_forgotten", STAMP))
    yield Refused("refused", STAMP, Refusal("X", "no"))
    for reply in (challenge("SMS_MFA", SESSION), tokens(REFRESH_TOKEN, AccessToken=ACCESS_TOKEN)):
        yield Replied("any", STAMP, parse_auth_reply(reply), call)
    yield Replied("associated", STAMP, parse_associated({"SecretCode": SEED, "Session": SESSION}), call)
    yield Replied("verified", STAMP, parse_verified({"Status": "SUCCESS", "Session": SESSION}), call)


def make_parts() -> Iterator[Any]:
    """Yield the values that no sign-in goes through."""
    yield Context(client_metadata={"tenant": "a"}, ip_address="192.0.2.7")
    yield from (Backoff(), Settings(), find_arithmetic(), TABLE[0], Request(), ClientRequest())
    yield BaseChallenge(session=Secret(SESSION), asked_at=AT)
    yield from (BaseQuestion(asked_at=AT), LastingQuestion(asked_at=AT, nonce="1"), UserRequest())
    token = Secret(REFRESH_TOKEN)
    yield from (RevokeToken(token=token), GlobalSignOut(access_token=token), AdminUserGlobalSignOut(username="ada"))
    yield Answer("digest", (("ANSWER", Secret(ANSWER)),))
    yield device_verifier("-Gr0up", "eu-west-1_0f3c", DEVICE_SECRET, bytes(range(16)))
    flow = begin(APP, OPENINGS[0], STAMP)
    yield BaseFlow(machine=flow.machine, app=APP, id="1", node="initiating_srp", state=flow.state)
    yield make_form()
    yield make_message()
    yield Fault("GetUser", FaultKind.REFUSE)
    passkey = SoftwareCredential.generate("ES256", credential_id=b"id", rp_id="localhost", user_handle=b"user")
    yield from (passkey, SoftwareAuthenticator(credentials=[passkey]))
    claims = {"sub": "1", "iss": "https://issuer", "exp": 1, "client_id": "a", "aud": "a", "cognito:username": "ada"}
    yield Claims(
        sub="1",
        client_id="a",
        pool_id="eu-west-1_a",
        issuer="i",
        groups=(),
        expires_at=AT,
        issued_at=AT,
        auth_time=AT,
        raw={},
    )
    yield from (read_access_claims(claims, "eu-west-1_a"), read_id_claims(claims, "eu-west-1_a"))
    yield SeededClient("eu-west-1_a", "people", "client", "web", CLIENT_SECRET)


def make_form() -> Form:
    """Return the form of a question whose secret was not asked for."""
    setting_up = TotpSetup(session=Secret(SESSION), asked_at=AT, secret=Secret(SEED))
    return setting_up.form()


def make_message() -> Message:
    """Return a message of an emulator."""
    emulator = Emulator()
    cognito = emulator.boto3_client()
    pool = cognito.create_user_pool(PoolName="people")["UserPool"]["Id"]
    cognito.admin_create_user(
        UserPoolId=pool,
        Username="ada",
        UserAttributes=[{"Name": "email", "Value": "ada@example.com"}],
        DesiredDeliveryMediums=["EMAIL"],
    )
    return emulator.outbox[-1]


def walk_dataclasses(value: Any) -> Iterator[Any]:
    """Yield the dataclasses in a value, the value itself included."""
    if isinstance(value, tuple):
        for item in value:
            yield from walk_dataclasses(item)
    elif is_dataclass(value):
        yield value
        if isinstance(value, BaseFlow) and value.request is not None:
            yield value.request
        for member in fields(value):
            yield from walk_dataclasses(getattr(value, member.name))
