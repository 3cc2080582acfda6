"""Modular exponentiation by OpenSSL, with the library that the interpreter's own ``hashlib`` is linked to.

The function is ``BN_mod_exp_mont_consttime``: neither its running time nor its memory accesses depend on the bits of
the exponent. BN_mod_exp_mont(3) documents the prototypes; all types are opaque pointers and ints. ctypes releases the
GIL during each call.
"""

import ctypes
import sys
from collections.abc import Callable
from ctypes import c_char_p, c_int, c_void_p
from functools import cache
from types import SimpleNamespace
from typing import Any, Final

_TESTED: Final = b"OpenSSL 3."  # forks have another name

# Each function with the type of its result, then those of its arguments
_PROTOTYPES: Final[dict[str, tuple[Any, ...]]] = {
    "BN_new": (c_void_p,),
    "BN_clear_free": (None, c_void_p),
    "BN_CTX_new": (c_void_p,),
    "BN_CTX_free": (None, c_void_p),
    "BN_MONT_CTX_new": (c_void_p,),
    "BN_MONT_CTX_set": (c_int, c_void_p, c_void_p, c_void_p),
    "BN_bin2bn": (c_void_p, c_char_p, c_int, c_void_p),
    "BN_bn2binpad": (c_int, c_void_p, c_char_p, c_int),
    "BN_mod_exp_mont_consttime": (c_int, *[c_void_p] * 6),
}


def make_power() -> Callable[[int, int, int], int]:
    """Return the function ``(base, exponent, modulus)``, for a positive exponent and an odd modulus.

    Raises:
        ImportError, AttributeError, OSError: this interpreter has no OpenSSL that authflow was tested with.
    """
    bn = _load_library()

    @cache  # kept for each modulus: threads and forked processes read the values, and nothing writes to them
    def prepare(modulus: int) -> tuple[int, int]:
        number, montgomery, scratch = _make_bignum(bn, modulus), bn.BN_MONT_CTX_new(), bn.BN_CTX_new()
        if not (number and montgomery and scratch and bn.BN_MONT_CTX_set(montgomery, number, scratch)):
            raise ArithmeticError("BN_MONT_CTX_set failed")
        bn.BN_CTX_free(scratch)
        return number, montgomery

    def compute_power(base: int, exponent: int, modulus: int) -> int:
        number, montgomery = prepare(modulus)
        result = ctypes.create_string_buffer(_count_bytes(modulus))
        bignums = [bn.BN_new(), _make_bignum(bn, base % modulus), _make_bignum(bn, exponent)]
        scratch = bn.BN_CTX_new()
        try:
            is_done = all(bignums) and scratch
            is_done = is_done and bn.BN_mod_exp_mont_consttime(*bignums, number, scratch, montgomery)
            if not is_done or bn.BN_bn2binpad(bignums[0], result, len(result)) != len(result):
                raise ArithmeticError("BN_mod_exp_mont_consttime failed")
            return int.from_bytes(result.raw, "big")
        finally:
            for bignum in bignums:
                bn.BN_clear_free(bignum)  # overwrites the number; NULL is allowed
            bn.BN_CTX_free(scratch)

    return compute_power


def _load_library() -> SimpleNamespace:
    """Return the functions of the interpreter's OpenSSL.

    No library is searched by name, which may find another one than the interpreter's. A symbol of ``_hashlib`` is also
    searched in the libraries that it is linked to.
    """
    if sys.platform != "linux" or sys.implementation.name != "cpython":
        raise ImportError("not tested on this platform")
    import _hashlib  # noqa: PLC0415 - not every interpreter has it

    library = ctypes.CDLL(_hashlib.__file__)  # AttributeError if the module is built into the interpreter
    version = library["OpenSSL_version"]
    version.restype, version.argtypes = c_char_p, [c_int]
    if not version(0).startswith(_TESTED):
        raise ImportError("another version, or a fork of OpenSSL, whose prototypes may differ")
    functions = SimpleNamespace()
    for name, (result, *arguments) in _PROTOTYPES.items():
        function = library[name]
        function.restype, function.argtypes = result, arguments
        setattr(functions, name, function)
    return functions


def _make_bignum(bn: SimpleNamespace, value: int) -> Any:  # noqa: ANN401 - a pointer, or None
    length = _count_bytes(value)
    return bn.BN_bin2bn(value.to_bytes(length, "big"), length, None)


def _count_bytes(value: int) -> int:
    return (value.bit_length() + 7) // 8
