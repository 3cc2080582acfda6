"""The codes in events of custom senders.

The service encrypts them with a KMS key of the pool's owner. The emulator has no such key, and says so in the code.
"""

from base64 import b64decode, b64encode
from typing import Final

#: what a code begins with that is not encrypted. No ciphertext of the AWS Encryption SDK begins with these bytes
MARK: Final = "unencrypted:"


def encode_code(code: str) -> str:
    """Return ``request.code`` for a code."""
    return b64encode(f"{MARK}{code}".encode()).decode()


def decode_code(encoded: str) -> str:
    """Return the code or temporary password in ``event["request"]["code"]`` of a custom sender's event.

    It takes the place of decryption with KMS when a function is tested against the emulator.

    Raises:
        ValueError: the emulator has not made it: it is encrypted, or no code at all.
    """
    text = b64decode(encoded, validate=True)
    if not text.startswith(MARK.encode()):
        raise ValueError("encoded: this code does not come from the emulator")
    return text.decode().removeprefix(MARK)
