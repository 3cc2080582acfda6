"""Modular exponentiation in constant time and without the GIL: the home of gmpy2."""

try:
    import gmpy2
except ImportError:  # PyPy has no build of it

    def modexp(base: int, exponent: int, modulus: int) -> int:
        """Return ``base ** exponent % modulus``: correct, but slower, and not constant in time."""
        return pow(base, exponent, modulus)

else:

    def modexp(base: int, exponent: int, modulus: int) -> int:
        """Return ``base ** exponent % modulus`` for a positive exponent and an odd modulus.

        Neither the time nor the memory accesses depend on the exponent (GMP's ``mpz_powm_sec``), and other threads
        run meanwhile.
        """
        with gmpy2.context(allow_release_gil=True):  # contexts belong to a thread: each call brings its own
            return int(gmpy2.powmod_sec(base, exponent, modulus))
