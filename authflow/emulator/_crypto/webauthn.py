"""Registrations of passkeys and sign-ins with them, verified with Yubico's library fido2.

No other module imports fido2. Importing it takes a twentieth of a second, so this module is imported with the first
passkey. The library verifies each credential as a whole. The checks here come first, so that a refusal can say why,
and cover what the library leaves to its users: the id, the key's form, the attestation statement, the backup flags, the
user handle and the counter.

https://www.w3.org/TR/webauthn-3/#sctn-registering-a-new-credential
https://www.w3.org/TR/webauthn-3/#sctn-verifying-assertion
"""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from authflow._extras import explain_missing
from authflow.emulator._crypto.credential_json import Credential, CredentialRefused, Problem, decode, encode

with explain_missing("A passkey in authflow.emulator", "emulator"):
    from cryptography.exceptions import InvalidSignature
    from fido2 import cbor
    from fido2.attestation.base import Attestation
    from fido2.cose import CoseKey
    from fido2.rpid import verify_rp_id
    from fido2.server import Fido2Server
    from fido2.webauthn import (
        Aaguid,
        AttestationObject,
        AttestedCredentialData,
        AuthenticatorData,
        CollectedClientData,
        PublicKeyCredentialRpEntity,
    )

ES256: Final = -7
RS256: Final = -257
#: the members of a COSE_Key for each algorithm that is offered: those with a fixed value, and the others
#: https://www.rfc-editor.org/rfc/rfc9053
KEY_FORMS: Final[Mapping[int, tuple[Mapping[int, int], frozenset[int]]]] = {
    ES256: ({1: 2, 3: ES256, -1: 1}, frozenset({-2, -3})),
    RS256: ({1: 3, 3: RS256}, frozenset({-1, -2})),
}
MIN_RSA_BYTES: Final = 256
COORDINATE_BYTES: Final = 32
#: where the credential begins in authenticator data
ATTESTED_AT: Final = 37


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a credential must prove.

    Attributes:
        challenge: the challenge of the options.
        rp_id: the RP id of the options.
        needs_user_verification: whether the options require it.
        is_allowed_origin: returns whether a page of an origin may use the RP id.
    """

    challenge: bytes = field(repr=False)
    rp_id: str
    needs_user_verification: bool
    is_allowed_origin: Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class NewCredential:
    """A credential that was registered.

    Attributes:
        public_key: the public key, as a COSE_Key in CBOR.
        counter: the signature counter.
        is_backup_eligible: whether the credential can be synchronized between devices.
    """

    public_key: bytes = field(repr=False)
    counter: int
    is_backup_eligible: bool


@dataclass(frozen=True, slots=True)
class KnownCredential:
    """A registered credential that signs a user in.

    Attributes:
        id: its id, in base64url.
        public_key: the public key, as a COSE_Key in CBOR.
        counter: the signature counter of its last use.
        is_backup_eligible: as at its registration.
        user_handle: its user's.
    """

    id: str
    public_key: bytes = field(repr=False)
    counter: int
    is_backup_eligible: bool
    user_handle: bytes


@dataclass(frozen=True, slots=True)
class Use:
    """The use of a credential in a sign-in.

    Attributes:
        counter: the signature counter.
        is_user_verified: whether the authenticator has verified the user.
    """

    counter: int
    is_user_verified: bool


def is_public_suffix(rp_id: str) -> bool:
    """Return whether anybody can register names below this one: it is on the list of public suffixes."""
    try:
        name = rp_id.encode("ascii").decode("idna")
    except UnicodeError:
        name = rp_id
    return not verify_rp_id(name, f"https://host.{name}")


def verify_registration(credential: Credential, expected: Expectation) -> NewCredential:
    """Verify the credential of a new passkey.

    Raises:
        CredentialRefused: the credential does not prove what it must.
    """
    client_data, attestation = _parse(
        lambda: (
            CollectedClientData(credential.response["clientDataJSON"]),
            AttestationObject(credential.response["attestationObject"]),
        )
    )
    data = attestation.auth_data
    _check_client_data(client_data, CollectedClientData.TYPE.CREATE, expected)
    _check_authenticator_data(data, expected)
    made = data.credential_data
    if made is None or made.credential_id != decode(credential.id) or not _is_exact(attestation, made):
        raise CredentialRefused(Problem.MALFORMED)
    check_key(made.public_key)
    _check_attestation(attestation, client_data)
    _parse(lambda: _make_server(expected).register_complete(_make_state(expected), credential.describe()))
    return NewCredential(cbor.encode(dict(made.public_key)), data.counter, data.is_backup_eligible())


def verify_assertion(credential: Credential, expected: Expectation, known: KnownCredential) -> Use:
    """Verify the credential of a sign-in against the passkey that it names.

    Raises:
        CredentialRefused: the credential does not prove what it must.
    """
    client_data, data = _parse(
        lambda: (
            CollectedClientData(credential.response["clientDataJSON"]),
            AuthenticatorData(credential.response["authenticatorData"]),
        )
    )
    _check_client_data(client_data, CollectedClientData.TYPE.GET, expected)
    _check_authenticator_data(data, expected)
    if data.is_backup_eligible() != known.is_backup_eligible:
        raise CredentialRefused(Problem.BACKUP)
    if credential.response.get("userHandle", known.user_handle) != known.user_handle:
        raise CredentialRefused(Problem.USER_HANDLE)
    key = read_key(known.public_key)
    stored = AttestedCredentialData.create(Aaguid.NONE, decode(known.id), key)
    given = credential.describe()
    try:
        _make_server(expected).authenticate_complete(_make_state(expected), [stored], given)
    except ValueError:
        raise CredentialRefused(Problem.SIGNATURE) from None
    if (data.counter or known.counter) and data.counter <= known.counter:
        raise CredentialRefused(Problem.COUNTER)
    return Use(data.counter, data.is_user_verified())


def read_key(encoded: bytes) -> CoseKey:
    """Return a public key of an algorithm that is offered.

    Raises:
        CredentialRefused: the bytes are no such key.
    """
    key: CoseKey = _parse(lambda: CoseKey.parse(_decode_map(encoded)))
    check_key(key)
    return key


def check_key(key: CoseKey) -> None:
    """Require a public key of an algorithm that is offered, in the form that belongs to it.

    Raises:
        CredentialRefused: the key has another algorithm or form, is not on its curve, or is too short.
    """
    algorithm = key.get(3)
    if not isinstance(algorithm, int) or algorithm not in KEY_FORMS:
        raise CredentialRefused(Problem.ALGORITHM)
    fixed, parts = KEY_FORMS[algorithm]
    has_form = set(key) == fixed.keys() | parts and all(key[name] == value for name, value in fixed.items())
    if not has_form or not all(isinstance(key[name], bytes) for name in parts):
        raise CredentialRefused(Problem.KEY)
    if algorithm == ES256 and any(len(key[name]) != COORDINATE_BYTES for name in parts):
        raise CredentialRefused(Problem.KEY)
    if algorithm == RS256 and len(key[-1].lstrip(b"\0")) < MIN_RSA_BYTES:
        raise CredentialRefused(Problem.KEY)
    try:
        key.verify(b"", b"")  # which needs a key that is one
    except InvalidSignature:
        return
    except ValueError:
        pass
    raise CredentialRefused(Problem.KEY)


def _check_client_data(data: CollectedClientData, kind: str, expected: Expectation) -> None:
    if data.type != kind:
        raise CredentialRefused(Problem.TYPE)
    if not hmac.compare_digest(data.challenge, expected.challenge):
        raise CredentialRefused(Problem.CHALLENGE)
    # a page in a frame of another origin is refused: no source says that the service accepts one
    if (
        data.cross_origin is not False
        or not isinstance(data.origin, str)
        or not expected.is_allowed_origin(data.origin)
    ):
        raise CredentialRefused(Problem.ORIGIN)


def _check_authenticator_data(data: AuthenticatorData, expected: Expectation) -> None:
    if not hmac.compare_digest(data.rp_id_hash, _make_rp(expected).id_hash or b""):
        raise CredentialRefused(Problem.RP_ID)
    if not data.is_user_present():
        raise CredentialRefused(Problem.USER_PRESENCE)
    if expected.needs_user_verification and not data.is_user_verified():
        raise CredentialRefused(Problem.USER_VERIFICATION)
    if data.is_backed_up() and not data.is_backup_eligible():
        raise CredentialRefused(Problem.BACKUP)


def _check_attestation(attestation: AttestationObject, client_data: CollectedClientData) -> None:
    """Verify the statement. Who vouches for the authenticator does not matter: the options ask for no attestation."""
    verifier = Attestation.for_type(attestation.fmt)()
    _parse(lambda: verifier.verify(attestation.att_stmt, attestation.auth_data, client_data.hash), Problem.ATTESTATION)


def _is_exact(attestation: AttestationObject, made: AttestedCredentialData) -> bool:
    """Return whether the CBOR is complete and in its canonical form. The library reads a value that is cut off."""
    members: Mapping[str, Any] = _parse(lambda: _decode_map(attestation))
    encoded = b"".join(cbor.encode(name) + cbor.encode(value) for name, value in members.items())
    is_complete = attestation[1:] == encoded  # after the number of members; authenticators differ in their order
    return is_complete and attestation.auth_data[ATTESTED_AT:].startswith(made)


def _make_rp(expected: Expectation) -> PublicKeyCredentialRpEntity:
    return PublicKeyCredentialRpEntity(id=expected.rp_id, name=expected.rp_id)


def _make_server(expected: Expectation) -> Fido2Server:
    return Fido2Server(_make_rp(expected), verify_origin=expected.is_allowed_origin)


def _make_state(expected: Expectation) -> dict[str, Any]:
    needed = "required" if expected.needs_user_verification else "preferred"
    return {"challenge": encode(expected.challenge), "user_verification": needed}


def _decode_map(encoded: bytes) -> Mapping[Any, Any]:
    value = cbor.decode(encoded)
    if not isinstance(value, Mapping):
        raise TypeError
    return value


def _parse(read: Callable[[], Any], problem: Problem = Problem.MALFORMED) -> Any:  # noqa: ANN401 -- what the caller reads
    """Return what a function of the library reads from a client's bytes.

    Raises:
        CredentialRefused: the function failed, in whatever way: its input is anybody's.
    """
    try:
        return read()
    except Exception:  # also IndexError, AttributeError and RecursionError
        raise CredentialRefused(problem) from None
