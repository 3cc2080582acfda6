"""Modular exponentiation in constant time and without the GIL: the home of gmpy2."""

from functools import cache
from typing import Protocol

__all__ = ["modexp"]


class _Power(Protocol):
    def __call__(self, base: int, exponent: int, modulus: int, /) -> int: ...


def modexp(base: int, exponent: int, modulus: int) -> int:
    """Return ``base ** exponent % modulus`` for a positive exponent and an odd modulus.

    With gmpy2, neither the time nor the memory accesses depend on the exponent (GMP's ``mpz_powm_sec``), and other
    threads run meanwhile. Without it, as on PyPy, the builtin ``pow`` serves: correct, but slower, and not constant in
    time.
    """
    return _power()(base, exponent, modulus)


@cache
def _power() -> _Power:
    """Return what to compute with; gmpy2 is loaded with the first power, since that takes a while."""
    try:
        import gmpy2  # noqa: PLC0415 - see above
    except ImportError:
        return pow

    def powmod_sec(base: int, exponent: int, modulus: int) -> int:
        with gmpy2.context(allow_release_gil=True):  # contexts belong to a thread: each call brings its own
            return int(gmpy2.powmod_sec(base, exponent, modulus))

    return powmod_sec
