"""The certificate authorities that connections trust."""

import os
import ssl
from pathlib import Path

from authflow._extras import explain_missing
from authflow.core.errors import InvalidInput


def make_ssl_context() -> ssl.SSLContext:
    """Return a context that trusts the system's authorities, or those of certifi if the interpreter finds none.

    Raises:
        InvalidInput: SSL_CERT_FILE names no file with certificates.
    """
    context = _make_context(None)
    is_empty = not context.cert_store_stats()["x509"]
    if is_empty and os.environ.get("SSL_CERT_FILE"):
        raise InvalidInput("environment", "SSL_CERT_FILE names no file with certificates")
    if is_empty and not _has_directory():
        context.load_verify_locations(find_certifi())
    return context


def make_ssl_context_for(bundle: str, field: str) -> ssl.SSLContext:
    """Return a context that trusts the authorities in a file only.

    Args:
        bundle: the path of a file with certificates.
        field: what names the file, for the error.

    Raises:
        InvalidInput: the file can't be used.
    """
    try:
        return _make_context(bundle)
    except OSError as error:
        raise InvalidInput(field, f"its certificates can't be loaded: {type(error).__name__}") from None


def find_certifi() -> str:
    """Return the path of certifi's authorities."""
    with explain_missing("authflow.backends.http", "http"):
        import certifi  # noqa: PLC0415 - rarely needed

    return certifi.where()


def _make_context(bundle: str | None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=bundle)
    context.set_alpn_protocols(["http/1.1"])
    return context


def _has_directory() -> bool:
    # OpenSSL reads directories only when it looks for an authority, so the context does not count what is in them.
    paths = ssl.get_default_verify_paths()
    directories = os.environ.get(paths.openssl_capath_env) or paths.openssl_capath
    return any(any(Path(directory).glob("*")) for directory in directories.split(os.pathsep))
