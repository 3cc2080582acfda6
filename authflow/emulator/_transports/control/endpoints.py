"""The table of the emulator's own paths, from which the routes and the OpenAPI document are made."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

Schema: TypeAlias = Mapping[str, Any]

TEXT: Final[Schema] = {"type": "string"}
TIME: Final[Schema] = {"type": "string", "format": "date-time"}
NUMBER: Final[Schema] = {"type": "integer", "minimum": 0}
ANYTHING: Final[Schema] = {"type": "object"}
FLAG: Final[Schema] = {"type": "boolean"}
OPTIONAL_TEXT: Final[Schema] = {"type": ["string", "null"]}
TEXTS: Final[Schema] = {"type": "array", "items": TEXT}
LIMIT: Final[Schema] = {"type": "integer", "minimum": 1, "maximum": 1000}


def make_object(required: tuple[str, ...] = (), **members: Schema) -> Schema:
    """Return the schema of an object that has these members and no others."""
    return {
        "type": "object",
        "properties": members,
        "required": list(required),
        "additionalProperties": False,
    }


MESSAGE: Final = make_object(
    ("number", "pool_id", "username", "destination", "medium", "purpose", "code", "subject", "body"),
    number=NUMBER,
    pool_id=TEXT,
    username=TEXT,
    destination=TEXT,
    medium={"enum": ["EMAIL", "SMS"]},
    purpose=TEXT,
    code=TEXT,
    subject={"type": ["string", "null"]},
    body=TEXT,
)
CLOCK: Final = make_object(("now", "stopped", "ahead"), now=TIME, stopped={"type": "boolean"}, ahead={"type": "number"})
KIND: Final[Schema] = {"enum": ["refuse", "throttle", "delay", "lose"]}
TIMES: Final[Schema] = {"type": ["integer", "null"], "minimum": 1}
FAULT_MEMBERS: Final[Mapping[str, Schema]] = {
    "operation": {**TEXT, "description": "an operation of the service, or * for all"},
    "kind": KIND,
    "error": {**TEXT, "pattern": "^[A-Za-z]{1,100}$", "description": "the exception, for kind refuse"},
    "message": {**TEXT, "maxLength": 1000},
    "seconds": {"type": "number", "minimum": 0, "maximum": 300, "description": "for kind delay"},
    "times": {**TIMES, "description": "how many requests have the fault; null: all"},
}
FAULT: Final = make_object((*FAULT_MEMBERS, "number"), **FAULT_MEMBERS, number=NUMBER)
SETTINGS: Final[Schema] = {
    "type": "object",
    "additionalProperties": {"type": ["string", "number", "boolean", "null"]},
    "description": "the fields of authflow.emulator.Settings; durations in seconds",
}
#: bytes
MAX_BODY: Final = 16 * 1024 * 1024
MAX_STATE: Final = 1024 * 1024 * 1024
STATE: Final[Schema] = {
    "type": "object",
    "properties": {"format": TEXT, "version": {"type": "integer"}, "records": ANYTHING},
    "required": ["format", "version", "records"],
    "description": "the state of the emulator; it contains secrets",
}
CLIENTS: Final[Schema] = {
    "type": "array",
    "items": make_object(
        ("pool_id", "pool_name", "client_id", "client_name", "client_secret"),
        pool_id=TEXT,
        pool_name=TEXT,
        client_id=TEXT,
        client_name=TEXT,
        client_secret={"type": ["string", "null"]},
    ),
}
NAME: Final[Schema] = {
    **TEXT,
    "description": "the username; the email address or phone number in pools where the username is a UUID",
}
NEXT: Final[Schema] = {"type": ["integer", "null"], "description": "the after of the next page; null on the last one"}
PAGE: Final[Mapping[str, Schema]] = {
    "after": {**NUMBER, "description": "the next of the page before"},
    "limit": LIMIT,
}
CLIENT: Final = make_object(
    ("client_id", "client_name", "has_secret", "auth_flows"),
    client_id=TEXT,
    client_name=TEXT,
    has_secret=FLAG,
    auth_flows=TEXTS,
)
POOL: Final = make_object(
    ("pool_id", "pool_name", "mfa", "tier", "users", "groups", "clients", "client_count"),
    pool_id=TEXT,
    pool_name=TEXT,
    mfa=TEXT,
    tier=TEXT,
    users=NUMBER,
    groups=NUMBER,
    clients={"type": "array", "items": CLIENT},
    client_count=NUMBER,
)
DEVICE: Final = make_object(("name", "key", "remembered"), name=TEXT, key=TEXT, remembered=FLAG)
USER_MEMBERS: Final[Mapping[str, Schema]] = {
    "username": TEXT,
    "name": NAME,
    "sub": TEXT,
    "email": OPTIONAL_TEXT,
    "phone_number": OPTIONAL_TEXT,
    "status": TEXT,
    "enabled": FLAG,
    "factors": TEXTS,
    "preferred_factor": OPTIONAL_TEXT,
    "has_authenticator_app": FLAG,
    "groups": TEXTS,
    "devices": {"type": "array", "items": DEVICE},
    "created": TIME,
}
USER: Final = make_object(tuple(USER_MEMBERS), **USER_MEMBERS)
SIGN_IN_MEMBERS: Final[Mapping[str, Schema]] = {
    "pool_id": TEXT,
    "client_id": TEXT,
    "username": TEXT,
    "name": NAME,
    "user_exists": {**FLAG, "description": "false for a name that replies do not reveal to be unknown"},
    "auth_flow": TEXT,
    "challenge": TEXT,
    "node": {**TEXT, "description": "the node of the state diagram"},
    "proven": TEXTS,
    "expires": TIME,
}
SIGN_IN: Final = make_object(tuple(SIGN_IN_MEMBERS), **SIGN_IN_MEMBERS)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An endpoint.

    Attributes:
        name: the name of its handler.
        query: the schemas of the query parameters.
        body: the schema of the request's body, None if it needs none.
        reply: the schema of the response's body.
        max_body: how many bytes the request's body may have.
    """

    method: str
    path: str
    name: str
    summary: str
    reply: Schema
    query: Mapping[str, Schema] = field(default_factory=dict)
    body: Schema | None = None
    max_body: int = MAX_BODY


ENDPOINTS: Final = (
    Endpoint("GET", "/health", "health", "Whether the emulator responds", make_object(("status",), status=TEXT)),
    Endpoint(
        "GET",
        "/outbox",
        "read_outbox",
        "The messages that the service would have sent, the newest last",
        {"type": "array", "items": MESSAGE},
        query={
            "username": {**TEXT, "description": "the canonical username, or the address"},
            "purpose": TEXT,
            "after": {**NUMBER, "description": "the number of a message: only later ones"},
            "wait": {"type": "number", "minimum": 0, "maximum": 60, "description": "seconds to wait for a message"},
            "limit": {**LIMIT, "description": "only so many messages, the newest"},
        },
    ),
    Endpoint(
        "GET",
        "/pools",
        "list_pools",
        "The user pools with their first app clients, a page at a time",
        make_object(("pools", "next", "total"), pools={"type": "array", "items": POOL}, next=NEXT, total=NUMBER),
        query=PAGE,
    ),
    Endpoint(
        "GET",
        "/users",
        "list_users",
        "The users of a pool, a page at a time",
        make_object(("users", "next", "total"), users={"type": "array", "items": USER}, next=NEXT, total=NUMBER),
        query={
            "pool": {**TEXT, "description": "the pool's id; by default the first one"},
            "search": {**TEXT, "description": "how a username, an email address or a phone number begins"},
            **PAGE,
        },
    ),
    Endpoint(
        "GET",
        "/sign-ins",
        "list_sign_ins",
        "The sign-ins that wait for an answer, the latest first, with their nodes on the state diagram",
        {"type": "array", "items": SIGN_IN},
        query={"limit": LIMIT},
    ),
    Endpoint("DELETE", "/outbox", "clear_outbox", "Forget all messages", make_object(("deleted",), deleted=NUMBER)),
    Endpoint("GET", "/clock", "read_clock", "The emulator's time", CLOCK),
    Endpoint(
        "PUT",
        "/clock",
        "set_clock",
        "Move the clock to a time, stop it, or let it go on",
        CLOCK,
        body=make_object(now=TIME, stopped={"type": "boolean"}),
    ),
    Endpoint(
        "POST",
        "/clock/advance",
        "advance_clock",
        "Move the clock forward, or back",
        CLOCK,
        body=make_object(("seconds",), seconds={"type": "number"}),
    ),
    Endpoint("POST", "/reset", "reset", "Begin again, with what was loaded at the start", make_object()),
    Endpoint(
        "POST", "/seed", "seed", "Create pools, app clients and users, as a seed file does", CLIENTS, body=ANYTHING
    ),
    Endpoint("GET", "/state", "read_state", "Everything that is stored, as one document with a version", STATE),
    Endpoint(
        "PUT",
        "/state",
        "replace_state",
        "Replace everything that is stored, or change nothing",
        make_object(),
        body=STATE,
        max_body=MAX_STATE,
    ),
    Endpoint("GET", "/faults", "list_faults", "The faults that are switched on", {"type": "array", "items": FAULT}),
    Endpoint(
        "POST",
        "/faults",
        "add_fault",
        "Switch a fault on",
        FAULT,
        body=make_object(("operation", "kind"), **FAULT_MEMBERS),
    ),
    Endpoint("DELETE", "/faults", "clear_faults", "Switch all faults off", make_object(("deleted",), deleted=NUMBER)),
    Endpoint("DELETE", "/faults/{number}", "remove_fault", "Switch a fault off", make_object()),
    Endpoint("GET", "/settings", "read_settings", "The settings", SETTINGS),
    Endpoint("PATCH", "/settings", "change_settings", "Change some settings", SETTINGS, body=SETTINGS),
    Endpoint("GET", "/seed.schema.json", "describe_seed", "The JSON Schema of seed files", ANYTHING),
    Endpoint("GET", "/openapi.json", "describe", "This description", ANYTHING),
)
