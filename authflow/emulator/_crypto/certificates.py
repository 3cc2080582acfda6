"""Self-signed X.509 certificates, with the library cryptography."""

from base64 import b64encode
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID


def make_certificate(name: str, created: datetime, lifetime: timedelta) -> str:
    """Return a new self-signed certificate (DER, in base64). Its private key is thrown away: nothing is signed."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
    certificate = builder.not_valid_before(created).not_valid_after(created + lifetime).sign(key, hashes.SHA256())
    return b64encode(certificate.public_bytes(serialization.Encoding.DER)).decode()
