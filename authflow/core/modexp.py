"""Modular exponentiation: in constant time and without the GIL if gmpy2 is installed. No other module imports gmpy2."""

from functools import cache
from typing import Protocol

__all__ = ["modexp"]


class _Power(Protocol):
    def __call__(self, base: int, exponent: int, modulus: int, /) -> int: ...


def modexp(base: int, exponent: int, modulus: int) -> int:
    """Return ``base ** exponent % modulus`` for a positive exponent and an odd modulus.

    With gmpy2, neither the running time nor the memory accesses depend on the exponent (GMP's ``mpz_powm_sec``), and
    other threads can run meanwhile. Without gmpy2, as on PyPy, the built-in ``pow`` is used: its result is the same,
    but it is slower and does not run in constant time.
    """
    return _choose_power()(base, exponent, modulus)


@cache
def _choose_power() -> _Power:
    """Return the function to use. gmpy2 is imported at the first call because its import takes a while."""
    try:
        import gmpy2  # noqa: PLC0415 - see above
    except ImportError:
        return pow

    def powmod_sec(base: int, exponent: int, modulus: int) -> int:
        with gmpy2.context(allow_release_gil=True):  # contexts are per thread, so each call makes its own
            return int(gmpy2.powmod_sec(base, exponent, modulus))

    return powmod_sec
