"""Modular exponentiation, in constant time and without the GIL if the interpreter or gmpy2 offers it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Final, TypeAlias

__all__ = ["Arithmetic", "find_arithmetic", "modexp"]

Power: TypeAlias = Callable[[int, int, int], int]

_SELF_TEST: Final = (0xC0FFEE << 3000 | 5, (1 << 256) - 189, (1 << 3071) - 59)  # base, exponent, odd modulus


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """An implementation of modular exponentiation.

    Attributes:
        name: ``OpenSSL``, ``GMP`` or ``Python``.
        is_constant_time: whether running time and memory accesses are independent of the exponent's bits.
        compute_power: the function ``(base, exponent, modulus)``.
    """

    name: str
    is_constant_time: bool
    compute_power: Power


def modexp(base: int, exponent: int, modulus: int) -> int:
    """Return ``base ** exponent % modulus`` for a positive exponent and an odd modulus.

    With OpenSSL (``BN_mod_exp_mont_consttime``) and GMP (``mpz_powm_sec``), neither the running time nor the memory
    accesses depend on the exponent's bits, and other threads can run meanwhile. If neither is available, the built-in
    ``pow`` is used: its result is the same, but it is slower and does not run in constant time.
    """
    return find_arithmetic().compute_power(base, exponent, modulus)


@cache
def find_arithmetic() -> Arithmetic:
    """Return the arithmetic that this process uses: the first one that is available and passes a self-test."""
    expected = pow(*_SELF_TEST)
    for name, make_power in (("OpenSSL", _make_openssl_power), ("GMP", _make_gmp_power)):
        try:
            power = make_power()
            if power(*_SELF_TEST) == expected:
                return Arithmetic(name, is_constant_time=True, compute_power=power)
        except (ImportError, AttributeError, OSError, ArithmeticError, RuntimeError):
            continue  # not available, not tested with authflow, or forbidden by an audit hook
    return Arithmetic("Python", is_constant_time=False, compute_power=pow)


def _make_openssl_power() -> Power:
    from authflow.core._openssl import make_power  # noqa: PLC0415 - loads ctypes

    return make_power()


def _make_gmp_power() -> Power:
    from authflow.core._gmp import make_power  # noqa: PLC0415 - for symmetry with the other one

    return make_power()
