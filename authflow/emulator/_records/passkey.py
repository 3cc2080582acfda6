"""A user's passkeys, and what the emulator remembers between the two steps of a registration or a sign-in.

https://www.w3.org/TR/webauthn-3/#sctn-rp-operations
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

#: https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html
MAX_PASSKEYS: Final = 20
#: the values of UserVerificationType
REQUIRED: Final = "required"
PREFERRED: Final = "preferred"
#: the values of AuthenticatorAttachment
PLATFORM: Final = "platform"
ROAMING: Final = "cross-platform"


@dataclass(frozen=True, slots=True)
class Passkey:
    """A registered passkey.

    Attributes:
        id: the credential's id, in base64url without padding.
        number: higher than that of each passkey that the user registered before and still has.
        public_key: the public key, as a COSE_Key in CBOR.
        rp_id: the RP id that it belongs to.
        counter: the signature counter of its last use; always 0 for an authenticator that does not count.
        is_backup_eligible: whether the credential can be synchronized between devices. That never changes.
        attachment: AuthenticatorAttachment, if the client told it.
        transports: how browsers reach the authenticator, if the client told it.
    """

    id: str
    number: int
    public_key: bytes = field(repr=False)
    rp_id: str
    counter: int
    is_backup_eligible: bool
    attachment: str | None
    transports: tuple[str, ...]
    created: datetime

    @property
    def is_platform(self) -> bool:
        """Whether the passkey is part of the device that the person signs in on."""
        return self.attachment == PLATFORM or (self.attachment is None and "internal" in self.transports)


@dataclass(frozen=True, slots=True)
class PendingRegistration:
    """A registration that waits for CompleteWebAuthnRegistration.

    Attributes:
        challenge: the challenge that the authenticator has to sign.
        client_id: the app client whose access token started the registration.
        rp_id: the RP id in the options.
        user_verification: UserVerification in the options.
        expires: from when on the challenge no longer counts.
    """

    challenge: bytes = field(repr=False)
    client_id: str
    rp_id: str
    user_verification: str
    expires: datetime


@dataclass(frozen=True, slots=True)
class PasskeyRequest:
    """What the Session of a WEB_AUTHN challenge waits for.

    Attributes:
        challenge: the challenge that the authenticator has to sign.
        rp_id: the RP id in the options.
        user_verification: UserVerification in the options.
    """

    challenge: bytes = field(repr=False)
    rp_id: str
    user_verification: str
