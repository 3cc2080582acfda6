"""Tokens with the verdict that each deserves, for our verifiers and for aws-jwt-verify."""

import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from authflow.tokens import Rejection
from tests.support.tokens import (
    CLIENT,
    ISSUER,
    OTHER_POOL,
    POOL,
    SECOND_CLIENT,
    STRANGE_CLIENT,
    encode,
    get_attacker,
    get_pool_signer,
    make_access_claims,
    make_id_claims,
    make_signer,
)

LEEWAY: Final = 10  # seconds
HEADER: Final = '{"kid": "pool-key", "alg": "RS256"}'
ADMIN_SCOPE: Final = "aws.cognito.signin.user.admin"


@dataclass(frozen=True)
class Case:
    """A token and its verdict.

    Attributes:
        make: makes the token.
        reason: why it is rejected; None if it is valid.
        kind: what it should be: ``access`` or ``id``.
        groups, scopes: what it must have.
        aws_accepts: the verdict of aws-jwt-verify where it differs from ours: most are stricter than it,
            about tokens that Cognito never makes.
    """

    name: str
    make: Callable[[], str]
    reason: Rejection | None = None
    kind: str = "access"
    groups: tuple[str, ...] | None = None
    scopes: tuple[str, ...] | None = None
    aws_accepts: bool | None = None


def access(**changes: object) -> Callable[[], str]:
    """Return a maker of access tokens that the pool signs. A change that is a function is called then."""
    return lambda: get_pool_signer().sign(make_access_claims(**_resolve(changes)))


def identity(**changes: object) -> Callable[[], str]:
    """Return a maker of id tokens that the pool signs."""
    return lambda: get_pool_signer().sign(make_id_claims(**_resolve(changes)))


def with_header(**header: object) -> Callable[[], str]:
    """Return a maker of access tokens that the pool signs, with another header."""
    return lambda: get_pool_signer().sign(make_access_claims(), **_resolve(header))


def by_attacker(**header: object) -> Callable[[], str]:
    """Return a maker of access tokens that an attacker signs with another key."""
    return lambda: get_attacker().sign(make_access_claims(), **_resolve(header))


def with_members(before: str = "", after: str = "", **changes: object) -> Callable[[], str]:
    """Return a maker of access tokens that the pool signs, with members as JSON text before or after the others."""

    def make() -> str:
        claims = json.dumps(make_access_claims(**changes))[1:-1]
        return get_pool_signer().sign_text(HEADER, "{" + ", ".join(filter(None, (before, claims, after))) + "}")

    return make


def _resolve(values: dict[str, object]) -> dict[str, Any]:
    return {name: value() if callable(value) else value for name, value in values.items()}


def text(header: str, payload: str) -> Callable[[], str]:
    """Return a maker of tokens that the pool signs over any text."""
    return lambda: get_pool_signer().sign_text(header, payload)


def change(replace: Callable[[str, str, str], str]) -> Callable[[], str]:
    """Return a maker that changes the three parts of a valid access token."""
    return lambda: replace(*access()().split("."))


def unsigned(algorithm: object, signature: str = "") -> Callable[[], str]:
    """Return a maker of access tokens without a signature, or with any text as one."""

    def make() -> str:
        header = json.dumps({"kid": get_pool_signer().kid, "alg": algorithm})
        return f"{encode(header.encode())}.{encode(json.dumps(make_access_claims()).encode())}.{signature}"

    return make


def signed_by_hmac(find_key: Callable[[], bytes]) -> Callable[[], str]:
    """Return a maker of access tokens whose HS256 signature was made with what is public of the pool's key."""

    def make() -> str:
        signed = unsigned("HS256")().rstrip(".")
        return f"{signed}.{encode(hmac.digest(find_key(), signed.encode(), 'sha256'))}"

    return make


def signed_otherwise(algorithm: str, pad: padding.AsymmetricPadding, digest: hashes.HashAlgorithm) -> Callable[[], str]:
    """Return a maker of access tokens that the pool's key has signed with another algorithm."""

    def make() -> str:
        signed = unsigned(algorithm)().rstrip(".")
        return f"{signed}.{encode(get_pool_signer().key.sign(signed.encode(), pad, digest))}"

    return make


def by_other_pool() -> str:
    """Return an access token of another pool."""
    return make_signer("other-pool-key").sign(make_access_claims(iss=ISSUER.replace(POOL, OTHER_POOL)))


def in_seconds(seconds: float, times: int = 1) -> Callable[[], int]:
    """Return a function that returns the NumericDate in so many seconds."""
    return lambda: int(time.time() + seconds) * times


PSS: Final = padding.PSS(padding.MGF1(hashes.SHA256()), 32)

ACCEPTED: Final = (
    Case("access token", access()),
    Case("id token", identity(), kind="id"),
    Case("second app client", access(client_id=SECOND_CLIENT)),
    Case("id token of the second app client", identity(aud=SECOND_CLIENT), kind="id"),
    Case("without user, for an app client itself", access(username=None, **{"cognito:groups": None})),
    Case("in one of the groups", access(), groups=("admins", "staff")),
    Case("with one of the scopes", access(), scopes=("profile", "openid")),
    Case("custom claims, also nested", access(tenant={"id": 7, "tags": ["a"]})),
    Case("typ in the header", with_header(typ="JWT")),
    Case("expired within the leeway", access(exp=in_seconds(-LEEWAY + 5))),
    Case("not yet valid, within the leeway", access(nbf=in_seconds(LEEWAY - 5))),
    Case("issued in the future, by a faster clock", access(iat=in_seconds(3600), exp=in_seconds(7200))),
    Case("exp with a fraction", access(exp=lambda: time.time() + 3600.5)),
    Case(
        "the other form of the issuer", access(iss=ISSUER.replace("https://cognito-idp", "https://issuer-cognito-idp"))
    ),
)

KEYS: Final = (
    Case("alg none", unsigned("none"), Rejection.ALGORITHM),
    Case("alg None", unsigned("None"), Rejection.ALGORITHM),
    Case("alg nOnE with a signature", unsigned("nOnE", "AAAA"), Rejection.ALGORITHM),
    Case("alg empty", unsigned(""), Rejection.ALGORITHM),
    Case("alg a list", unsigned(["RS256"], "AAAA"), Rejection.ALGORITHM),
    Case("alg absent", with_header(alg=None), Rejection.ALGORITHM),
    Case("alg in lower case", with_header(alg="rs256"), Rejection.ALGORITHM),
    Case("HS256 with the PEM", signed_by_hmac(lambda: get_pool_signer().pem()), Rejection.ALGORITHM),
    Case("HS256 with n", signed_by_hmac(lambda: str(get_pool_signer().jwk()["n"]).encode()), Rejection.ALGORITHM),
    Case("HS256 with nothing", signed_by_hmac(lambda: b""), Rejection.ALGORITHM),
    Case("RS512", signed_otherwise("RS512", padding.PKCS1v15(), hashes.SHA512()), Rejection.ALGORITHM),
    Case("RS512 said to be RS256", signed_otherwise("RS256", padding.PKCS1v15(), hashes.SHA512()), Rejection.SIGNATURE),
    Case("PS256", signed_otherwise("PS256", PSS, hashes.SHA256()), Rejection.ALGORITHM),
    Case("PS256 said to be RS256", signed_otherwise("RS256", PSS, hashes.SHA256()), Rejection.SIGNATURE),
    Case("unsigned", unsigned("RS256"), Rejection.SIGNATURE),
    Case("unknown kid", by_attacker(), Rejection.UNKNOWN_KEY),
    Case("another key with the pool's kid", by_attacker(kid="pool-key"), Rejection.SIGNATURE),
    Case("the pool's key with another kid", with_header(kid="attacker-key"), Rejection.UNKNOWN_KEY),
    Case("without kid", with_header(kid=None), Rejection.UNKNOWN_KEY),
    Case("kid empty", with_header(kid=""), Rejection.UNKNOWN_KEY),
    Case("kid a number", with_header(kid=7), Rejection.UNKNOWN_KEY),
    Case("kid __proto__", by_attacker(kid="__proto__"), Rejection.UNKNOWN_KEY),
    Case("jku of an attacker", by_attacker(jku="https://attacker.example/jwks.json"), Rejection.HEADER),
    Case("x5u of an attacker", by_attacker(x5u="https://attacker.example/chain.pem"), Rejection.HEADER),
    Case("jwk of an attacker", by_attacker(jwk=lambda: get_attacker().jwk()), Rejection.HEADER),
    Case(
        "jwk of an attacker, kid of the pool",
        by_attacker(kid="pool-key", jwk=lambda: get_attacker().jwk()),
        Rejection.HEADER,
    ),
    Case("x5c of an attacker", by_attacker(kid="pool-key", x5c=["MIIB"]), Rejection.HEADER),
    Case("jku, signed by the pool", with_header(jku=ISSUER), Rejection.HEADER, aws_accepts=True),
    Case("x5u, signed by the pool", with_header(x5u=ISSUER), Rejection.HEADER, aws_accepts=True),
    Case(
        "jwk, signed by the pool",
        with_header(jwk=lambda: get_pool_signer().jwk()),
        Rejection.HEADER,
        aws_accepts=True,
    ),
    Case("crit, signed by the pool", with_header(crit=["exp"], exp=1), Rejection.HEADER, aws_accepts=True),
    Case("b64 false, signed by the pool", with_header(crit=["b64"], b64=False), Rejection.HEADER, aws_accepts=True),
)

PARTS: Final = (
    Case("empty", lambda: "", Rejection.MALFORMED),
    Case("one part", lambda: "abc", Rejection.MALFORMED),
    Case("two parts", change(lambda h, p, _: f"{h}.{p}"), Rejection.MALFORMED),
    Case("four parts", change(lambda h, p, s: f"{h}.{p}.{s}.{s}"), Rejection.MALFORMED),
    Case("thousands of parts", lambda: "." * 60_000, Rejection.MALFORMED),
    Case("Bearer before it", change(lambda h, p, s: f"Bearer {h}.{p}.{s}"), Rejection.MALFORMED),
    Case("a line feed after it", change(lambda h, p, s: f"{h}.{p}.{s}\n"), Rejection.MALFORMED),
    Case("a NUL in it", change(lambda h, p, s: f"{h}.{p}\0.{s}"), Rejection.MALFORMED),
    Case("not ASCII", change(lambda h, p, s: f"{h}.{p}.{s[:-1]}é"), Rejection.MALFORMED),
    Case("padding", change(lambda h, p, s: f"{h}.{p}.{s}=="), Rejection.MALFORMED, aws_accepts=True),
    Case("unused bits", change(lambda h, p, s: f"{h}.{p}.{_set_unused_bit(s)}"), Rejection.MALFORMED, aws_accepts=True),
    Case("one character too many", change(lambda h, p, s: f"{h}.{p}.{s}A"), Rejection.SIGNATURE),
    Case("signature cut", change(lambda h, p, s: f"{h}.{p}.{s[:-6]}"), Rejection.SIGNATURE),
    Case("signature of zeros", change(lambda h, p, s: f"{h}.{p}.{'A' * len(s)}"), Rejection.SIGNATURE),
    Case("another signature", change(lambda h, p, _: f"{h}.{p}.{_take_part(2)}"), Rejection.SIGNATURE),
    Case("another payload", change(lambda h, _, s: f"{h}.{_take_part(1)}.{s}"), Rejection.SIGNATURE),
    Case("header not JSON", text("kid", "{}"), Rejection.MALFORMED),
    Case("header a list", text('["RS256"]', "{}"), Rejection.MALFORMED),
    Case("payload not JSON", text(HEADER, "sub"), Rejection.MALFORMED),
    Case("payload a list", text(HEADER, "[]"), Rejection.MALFORMED),
    Case("payload null", text(HEADER, "null"), Rejection.MALFORMED),
    Case("payload with a byte order mark", text(HEADER, "\ufeff{}"), Rejection.MALFORMED),
    Case("huge", access(padding="x" * 100_000), Rejection.TOO_LARGE, aws_accepts=True),
    Case("huge header", with_header(padding="x" * 10_000), Rejection.TOO_LARGE, aws_accepts=True),
    Case("deep lists", text(HEADER, "[" * 20_000 + "]" * 20_000), Rejection.MALFORMED),
    Case("deep objects", text(HEADER, '{"a":' * 8_000 + "1" + "}" * 8_000), Rejection.MALFORMED),
    Case("20 lists", with_members(after='"x": ' + "[" * 20 + "]" * 20), Rejection.MALFORMED, aws_accepts=True),
    Case("5,000 digits", with_members(after=f'"x": {"9" * 5_000}'), Rejection.MALFORMED, aws_accepts=True),
    Case("NaN", with_members(after='"x": NaN'), Rejection.MALFORMED),
    Case("two alg", text(HEADER.replace("{", '{"alg": "none", '), "{}"), Rejection.MALFORMED),
    Case("two token_use", with_members('"token_use": "id"'), Rejection.MALFORMED, aws_accepts=True),
    Case("two exp", with_members('"exp": 1'), Rejection.MALFORMED, aws_accepts=True),
    Case("two deep inside", with_members('"x": [{"a": 1, "a": 2}]'), Rejection.MALFORMED, aws_accepts=True),
)

CLAIMS: Final = (
    Case("an id token as access token", identity(), Rejection.TOKEN_USE),
    Case("an access token as id token", access(), Rejection.TOKEN_USE, kind="id"),
    Case("an id token with client_id", identity(client_id=CLIENT), Rejection.TOKEN_USE),
    Case("without token_use", access(token_use=None), Rejection.TOKEN_USE),
    Case("token_use a list", access(token_use=["access"]), Rejection.TOKEN_USE),
    Case("another app client", access(client_id=STRANGE_CLIENT), Rejection.CLIENT),
    Case("another app client's id token", identity(aud=STRANGE_CLIENT), Rejection.CLIENT, kind="id"),
    Case("without client_id", access(client_id=None), Rejection.CLIENT),
    Case("aud instead of client_id", access(client_id=None, aud=CLIENT), Rejection.CLIENT),
    Case("client_id a list", access(client_id=[CLIENT]), Rejection.CLIENT),
    Case("aud a list", identity(aud=[CLIENT, STRANGE_CLIENT]), Rejection.CLIENT, kind="id"),
    Case("another pool", access(iss=ISSUER.replace(POOL, OTHER_POOL)), Rejection.ISSUER),
    Case("another pool's key and issuer", by_other_pool, Rejection.ISSUER),
    Case("another Region", access(iss=ISSUER.replace("eu-west-1.", "us-east-1.")), Rejection.ISSUER),
    Case("issuer with a slash behind", access(iss=f"{ISSUER}/"), Rejection.ISSUER),
    Case("issuer without TLS", access(iss=ISSUER.replace("https", "http")), Rejection.ISSUER),
    Case("issuer in capitals", access(iss=ISSUER.upper()), Rejection.ISSUER),
    Case("issuer a list", access(iss=[ISSUER]), Rejection.ISSUER),
    Case("without issuer", access(iss=None), Rejection.ISSUER),
    Case("expired", access(exp=in_seconds(-3600)), Rejection.EXPIRED),
    Case("expired beyond the leeway", access(exp=in_seconds(-LEEWAY - 5)), Rejection.EXPIRED),
    Case("expired in 1970", access(exp=0), Rejection.EXPIRED),
    Case("expired before 1970", access(exp=-1), Rejection.EXPIRED),
    Case("not yet valid", access(nbf=in_seconds(3600)), Rejection.NOT_YET_VALID),
    Case("not yet valid beyond the leeway", access(nbf=in_seconds(LEEWAY + 5)), Rejection.NOT_YET_VALID),
    Case("without exp", access(exp=None), Rejection.CLAIMS, aws_accepts=True),
    Case("exp a text", access(exp=lambda: str(in_seconds(3600)())), Rejection.CLAIMS),
    Case("exp true", access(exp=True), Rejection.CLAIMS),
    Case("exp a list", access(exp=lambda: [in_seconds(3600)()]), Rejection.CLAIMS),
    Case("exp in milliseconds", access(exp=in_seconds(3600, times=1000)), Rejection.CLAIMS, aws_accepts=True),
    Case("exp infinite", with_members(after='"exp": 1e999', exp=None), Rejection.CLAIMS),
    Case("exp far beyond", access(exp=10**30), Rejection.CLAIMS, aws_accepts=True),
    Case("nbf a text", access(nbf="now"), Rejection.CLAIMS),
    Case("without sub", access(sub=None), Rejection.CLAIMS, aws_accepts=True),
    Case("sub a number", access(sub=7), Rejection.CLAIMS),
    Case("username a list", access(username=["ada"]), Rejection.CLAIMS, aws_accepts=True),
    Case("scope a list", access(scope=[ADMIN_SCOPE]), Rejection.CLAIMS, scopes=(ADMIN_SCOPE,)),
    Case("groups a text", access(**{"cognito:groups": "staff"}), Rejection.CLAIMS, groups=("staff",), aws_accepts=True),
    Case("in none of the groups", access(), Rejection.GROUPS, groups=("admins",)),
    Case("in no group", access(**{"cognito:groups": None}), Rejection.GROUPS, groups=("staff",)),
    Case("group in other case", access(), Rejection.GROUPS, groups=("Staff",)),
    Case("a part of a group's name", access(), Rejection.GROUPS, groups=("staf",)),
    Case("with none of the scopes", access(), Rejection.SCOPES, scopes=("profile",)),
    Case("a part of a scope", access(), Rejection.SCOPES, scopes=("open",)),
    Case("without scope", access(scope=None), Rejection.SCOPES, scopes=("openid",)),
)

CASES: Final = (*ACCEPTED, *KEYS, *PARTS, *CLAIMS)


def _set_unused_bit(signature: str) -> str:
    """Return other base64url of the same 256 bytes, which leave 4 bits of the last character unused."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return signature[:-1] + alphabet[alphabet.index(signature[-1]) | 1]


def _take_part(number: int) -> str:
    """Return a part of another valid access token."""
    return access(sub="another")().split(".")[number]
