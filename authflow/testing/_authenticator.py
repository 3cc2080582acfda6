"""A software authenticator, together with the browser in front of it: it makes passkeys and signs in with them."""

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntFlag
from typing import Any, Final, Literal

from authflow.testing._credentials import (
    ALGORITHMS,
    Algorithm,
    SoftwareCredential,
    decode_base64url,
    encode_base64url,
    encode_cbor,
    make_attested_data,
    make_authenticator_data,
)

NO_AAGUID: Final = bytes(16)
ID_BYTES: Final = 32


class Flag(IntFlag):
    """The flags of authenticator data: https://www.w3.org/TR/webauthn-3/#authdata-flags."""

    USER_PRESENT = 0x01
    USER_VERIFIED = 0x04
    BACKUP_ELIGIBLE = 0x08
    BACKED_UP = 0x10
    ATTESTED = 0x40


class AuthenticatorError(Exception):
    """The authenticator can't do what the options ask for.

    Attributes:
        name: the name of the DOMException with which a browser's promise would be rejected.
    """

    def __init__(self, name: str, text: str) -> None:
        super().__init__(f"{name}: {text}")
        self.name = name


@dataclass(slots=True, kw_only=True)
class SoftwareAuthenticator:
    """An authenticator for tests, with the browser in front of it.

    It takes and returns the JSON of WebAuthn: what ``parseCreationOptionsFromJSON`` and ``parseRequestOptionsFromJSON``
    take, and what ``toJSON`` of a PublicKeyCredential returns. Its keys are real, and are kept in memory. It makes what
    its attributes say, so that a test can give it a wrong origin, and never checks that an RP id belongs to an origin.
    Change an attribute at any time; ``dataclasses.replace`` returns another authenticator with the same passkeys.

    Attributes:
        origin: the origin of the page.
        rp_id: the RP id to use instead of that of the options; None for that of the options.
        algorithms: what it can sign with, in the order of its preference.
        is_user_present: whether the user touches it.
        verifies_user: whether it verifies the user, such as by a fingerprint.
        counts: whether its signature counter rises. If False, it is always 0, as that of synchronized passkeys.
        is_backup_eligible: whether its passkeys can be synchronized.
        is_backed_up: whether they are.
        is_discoverable: whether it can find a passkey without the id of one.
        sends_user_handle: whether its sign-ins have ``userHandle``.
        attachment: ``platform`` if it is part of the device, ``cross-platform`` for a security key or a phone.
        transports: how a browser reaches it.
        obeys: whether it refuses what the options don't allow. If False, it ignores excludeCredentials,
            allowCredentials, pubKeyCredParams and userVerification.
        credentials: its passkeys, the newest last.
        counter: its signature counter.
    """

    origin: str = "http://localhost"
    rp_id: str | None = None
    algorithms: Sequence[Algorithm] = ("ES256", "RS256", "EdDSA")
    is_user_present: bool = True
    verifies_user: bool = True
    counts: bool = True
    is_backup_eligible: bool = False
    is_backed_up: bool = False
    is_discoverable: bool = True
    sends_user_handle: bool = True
    attachment: Literal["platform", "cross-platform"] | None = "platform"
    transports: Sequence[str] = ("internal",)
    obeys: bool = True
    credentials: list[SoftwareCredential] = field(default_factory=list, repr=False)
    counter: int = 0

    def create(self, options: Mapping[str, Any] | str) -> dict[str, Any]:
        """Make a passkey, as ``navigator.credentials.create`` does.

        Args:
            options: PublicKeyCredentialCreationOptionsJSON, also as a text.

        Returns:
            RegistrationResponseJSON.

        Raises:
            AuthenticatorError: the options ask for what it can't do, or exclude one of its passkeys.
            ValueError: the options have another form.
        """
        given = _read_options(options)
        rp_id, user = self.rp_id or given["rp"]["id"], given["user"]
        self._check_creation(given, rp_id)
        credential = SoftwareCredential.generate(
            self._choose_algorithm(given),
            credential_id=secrets.token_bytes(ID_BYTES),
            rp_id=rp_id,
            user_handle=decode_base64url(user["id"]),
            user_name=user["name"],
        )
        self.credentials.append(credential)
        client_data = self._make_client_data("webauthn.create", given["challenge"])
        attested = make_attested_data(credential, NO_AAGUID)
        data = make_authenticator_data(rp_id, self._make_flags() | Flag.ATTESTED, self._count(), attested)
        response = {
            "clientDataJSON": encode_base64url(client_data),
            "attestationObject": encode_base64url(encode_cbor({"fmt": "none", "attStmt": {}, "authData": data})),
            "authenticatorData": encode_base64url(data),
            "publicKey": encode_base64url(credential.encode_spki()),
            "publicKeyAlgorithm": next(number for number, name in ALGORITHMS.items() if name == credential.algorithm),
            "transports": list(self.transports),
        }
        return self._describe(credential, response)

    def get(self, options: Mapping[str, Any] | str, credential: SoftwareCredential | None = None) -> dict[str, Any]:
        """Sign in with a passkey, as ``navigator.credentials.get`` does.

        Args:
            options: PublicKeyCredentialRequestOptionsJSON, also as a text.
            credential: the passkey to use; None for the newest one that the options allow.

        Returns:
            AuthenticationResponseJSON.

        Raises:
            AuthenticatorError: it has no passkey that the options allow, or can't verify the user.
            ValueError: the options have another form.
        """
        given = _read_options(options)
        rp_id = self.rp_id or given["rpId"]
        if self.obeys and given.get("userVerification") == "required" and not self.verifies_user:
            raise AuthenticatorError("NotAllowedError", "the options require that the user is verified")
        chosen = credential or self._choose_credential(given, rp_id)
        client_data = self._make_client_data("webauthn.get", given["challenge"])
        data = make_authenticator_data(rp_id, self._make_flags(), self._count())
        response = {
            "clientDataJSON": encode_base64url(client_data),
            "authenticatorData": encode_base64url(data),
            "signature": encode_base64url(chosen.sign(data + hashlib.sha256(client_data).digest())),
        }
        if self.sends_user_handle:
            response["userHandle"] = encode_base64url(chosen.user_handle)
        return self._describe(chosen, response)

    def _check_creation(self, options: Mapping[str, Any], rp_id: str) -> None:
        selection = options.get("authenticatorSelection", {})
        if not self.obeys:
            return
        if selection.get("userVerification") == "required" and not self.verifies_user:
            raise AuthenticatorError("NotAllowedError", "the options require that the user is verified")
        if selection.get("residentKey") == "required" and not self.is_discoverable:
            raise AuthenticatorError("ConstraintError", "the options require a discoverable credential")
        excluded = _read_ids(options, "excludeCredentials")
        if any(known.rp_id == rp_id and known.id in excluded for known in self.credentials):
            raise AuthenticatorError("InvalidStateError", "the options exclude a passkey that is here")

    def _choose_algorithm(self, options: Mapping[str, Any]) -> Algorithm:
        offered = [ALGORITHMS.get(entry["alg"]) for entry in options["pubKeyCredParams"]]
        usable = [name for name in self.algorithms if name in offered or not self.obeys]
        if not usable:
            raise AuthenticatorError("NotSupportedError", f"it signs with {', '.join(self.algorithms)} only")
        return usable[0]

    def _choose_credential(self, options: Mapping[str, Any], rp_id: str) -> SoftwareCredential:
        allowed = _read_ids(options, "allowCredentials")
        usable = [known for known in self.credentials if not self.obeys or known.rp_id == rp_id]
        if self.obeys and (allowed or not self.is_discoverable):
            usable = [known for known in usable if known.id in allowed]
        if not usable:
            raise AuthenticatorError("NotAllowedError", f"no passkey here is allowed for {rp_id}")
        return usable[-1]

    def _make_client_data(self, kind: str, challenge: str) -> bytes:
        data = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(data, separators=(",", ":")).encode()

    def _make_flags(self) -> Flag:
        states = {
            Flag.USER_PRESENT: self.is_user_present,
            Flag.USER_VERIFIED: self.verifies_user,
            Flag.BACKUP_ELIGIBLE: self.is_backup_eligible,
            Flag.BACKED_UP: self.is_backed_up,
        }
        return Flag(sum(flag for flag, is_set in states.items() if is_set))

    def _count(self) -> int:
        self.counter += self.counts
        return self.counter if self.counts else 0

    def _describe(self, credential: SoftwareCredential, response: dict[str, Any]) -> dict[str, Any]:
        identifier = encode_base64url(credential.id)
        attachment = {"authenticatorAttachment": self.attachment} if self.attachment else {}
        return {
            "id": identifier,
            "rawId": identifier,
            "type": "public-key",
            **attachment,
            "clientExtensionResults": {},
            "response": response,
        }


def _read_options(options: Mapping[str, Any] | str) -> Mapping[str, Any]:
    given = json.loads(options) if isinstance(options, str) else options
    if not isinstance(given, Mapping) or "challenge" not in given:
        raise ValueError("options: must be the JSON of WebAuthn options, with a challenge")
    return given


def _read_ids(options: Mapping[str, Any], name: str) -> set[bytes]:
    return {decode_base64url(entry["id"]) for entry in options.get(name, ())}
