"""Modular exponentiation: each implementation computes what ``pow`` computes, in threads and forked processes too."""

import os
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from random import Random
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authflow.core import _gmp, _openssl
from authflow.core.modexp import find_arithmetic, modexp
from authflow.core.srp import N

IMPLEMENTATIONS = {"OpenSSL": _openssl, "GMP": _gmp}
ON_LINUX = sys.platform == "linux" and sys.implementation.name == "cpython"


@pytest.fixture(params=IMPLEMENTATIONS)
def implementation(request: pytest.FixtureRequest) -> ModuleType:
    if request.param == "OpenSSL" and not ON_LINUX:
        pytest.skip("OpenSSL is used on Linux with CPython only")
    return IMPLEMENTATIONS[request.param]


@pytest.fixture
def choice() -> Iterator[None]:
    """Chooses the arithmetic again, in the test and after it."""
    find_arithmetic.cache_clear()
    yield
    find_arithmetic.cache_clear()


bases = st.integers(min_value=-(2**3072), max_value=2**4096)
exponents = st.integers(min_value=1, max_value=2**1024)
moduli = st.one_of(st.just(N), st.integers(min_value=1, max_value=2**3100).map(lambda number: 2 * number + 1))


@settings(deadline=None)  # powers of large numbers on a busy machine
@given(base=bases, exponent=exponents, modulus=moduli)
def test_openssl_computes_what_pow_computes(base: int, exponent: int, modulus: int) -> None:
    if ON_LINUX:
        assert _openssl.make_power()(base, exponent, modulus) == pow(base, exponent, modulus)


@settings(deadline=None)  # powers of large numbers on a busy machine
@given(base=bases, exponent=exponents, modulus=moduli)
def test_gmp_computes_what_pow_computes(base: int, exponent: int, modulus: int) -> None:
    assert _gmp.make_power()(base, exponent, modulus) == pow(base, exponent, modulus)


@settings(deadline=None)  # powers of large numbers on a busy machine
@given(base=bases, exponent=exponents)
def test_modexp_computes_what_pow_computes(base: int, exponent: int) -> None:
    assert modexp(base, exponent, N) == pow(base, exponent, N)


def draw_powers(count: int) -> list[tuple[int, int, int]]:
    random = Random(7)
    moduli = [N, *(random.getrandbits(3072) | 1 | 1 << 3071 for _ in range(3))]
    return [(random.getrandbits(3072), random.getrandbits(256) | 1, random.choice(moduli)) for _ in range(count)]


def test_threads_share_it(implementation: ModuleType) -> None:
    power, powers = implementation.make_power(), draw_powers(80)
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(lambda each: power(*each), powers)) == [pow(*each) for each in powers]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_process_uses_what_its_parent_prepared(implementation: ModuleType) -> None:
    power, powers = implementation.make_power(), draw_powers(8)
    expected = [pow(*each) for each in powers]
    assert [power(*each) for each in powers] == expected
    child = os.fork()
    if child == 0:
        os._exit(0 if [power(*each) for each in powers] == expected else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert [power(*each) for each in powers] == expected


@pytest.mark.usefixtures("choice")
def test_openssl_comes_first_on_linux() -> None:
    expected = "OpenSSL" if ON_LINUX else "GMP"
    assert (find_arithmetic().name, find_arithmetic().is_constant_time) == (expected, True)


@pytest.mark.usefixtures("choice")
def test_gmp_is_used_where_the_interpreter_has_no_openssl(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "_hashlib", None)
    assert (find_arithmetic().name, find_arithmetic().is_constant_time) == ("GMP", True)
    assert modexp(2, 10, 1001) == 23


@pytest.mark.usefixtures("choice")
def test_a_version_that_was_not_tested_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_openssl, "_TESTED", b"OpenSSL 4.")
    assert find_arithmetic().name == "GMP"


@pytest.mark.usefixtures("choice")
def test_a_wrong_result_in_the_self_test_excludes_an_implementation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_openssl, "make_power", lambda: lambda *_: 1)
    assert find_arithmetic().name == "GMP"


@pytest.mark.usefixtures("choice")
def test_without_both_the_builtin_pow_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "_hashlib", None)
    monkeypatch.setitem(sys.modules, "gmpy2", None)
    assert (find_arithmetic().name, find_arithmetic().is_constant_time) == ("Python", False)
    assert modexp(2, 10, 1001) == 23
