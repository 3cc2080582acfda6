"""Fixtures that several modules use."""

from collections.abc import Iterator

import pytest

from tests.stores import Loop


@pytest.fixture
def loop() -> Iterator[Loop]:
    """An event loop of the test's own."""
    loop = Loop()
    yield loop
    loop.close()
