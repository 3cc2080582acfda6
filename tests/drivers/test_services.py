"""Services have connections, threads or memory: they can be copied, but not taken to another process."""

import copy
import pickle

import pytest

from authflow import (
    AsyncAuthenticator,
    AsyncMemoryDeviceStore,
    AsyncMemoryFlowStore,
    Authenticator,
    MemoryDeviceStore,
    MemoryFlowStore,
)
from authflow.backends.boto3 import Boto3Backend
from authflow.backends.http import AsyncHttpBackend, HttpBackend
from authflow.backends.threads import Threaded
from authflow.testing import FaultyBackend
from tests.support.samples import APP

SERVICES = [
    Boto3Backend(endpoint_url="http://127.0.0.1:9"),
    HttpBackend(),
    AsyncHttpBackend(),
    Threaded(HttpBackend()),
    FaultyBackend(HttpBackend(), []),
    Authenticator(APP, HttpBackend()),
    AsyncAuthenticator(APP, AsyncHttpBackend()),
    MemoryDeviceStore(),
    AsyncMemoryDeviceStore(),
    MemoryFlowStore(),
    AsyncMemoryFlowStore(),
]


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: type(service).__name__)
def test_a_service_can_be_copied_but_not_pickled(service: object) -> None:
    assert copy.deepcopy({"service": service})["service"] is copy.copy(service) is service
    with pytest.raises(TypeError, match="belongs to its process and can't be pickled: make one in each process"):
        pickle.dumps(service)
