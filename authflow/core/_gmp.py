"""Modular exponentiation by GMP's ``mpz_powm_sec``, through gmpy2. No other module imports gmpy2."""

from collections.abc import Callable


def make_power() -> Callable[[int, int, int], int]:
    """Return the function ``(base, exponent, modulus)``, for a positive exponent and an odd modulus.

    Raises:
        ImportError: gmpy2 is not installed.
    """
    import gmpy2  # noqa: PLC0415 - its import takes 20 ms

    def compute_power(base: int, exponent: int, modulus: int) -> int:
        with gmpy2.context(allow_release_gil=True):  # contexts are per thread, so each call makes its own
            return int(gmpy2.powmod_sec(base, exponent, modulus))

    return compute_power
