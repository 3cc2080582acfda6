"""No request whatever brings an error that its operation does not declare, or a reply that the model does not have."""

from contextlib import suppress
from typing import Any

from botocore.loaders import Loader
from botocore.model import ServiceModel as BotocoreModel
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from authflow.emulator import Emulator, ServiceError
from authflow.emulator._operations import OPERATIONS
from tests.support.emulator.requests import Requests
from tests.support.emulator.world import Clock, World

BOTOCORE = BotocoreModel(Loader().load_service_model("cognito-idp", "service-2"))
SHAPES = {name: BOTOCORE.operation_model(name).input_shape for name in OPERATIONS}


@settings(max_examples=60, suppress_health_check=list(HealthCheck), deadline=None)
@given(st.data())
def test_any_request(data: st.DataObject) -> None:
    """`Emulator.call` raises EmulatorBug for undeclared errors, malformed replies and exceptions of any other kind."""
    clock = Clock()
    world = World(Emulator(clock, seed=1), clock, "", "").make_pool()
    world.make_user("ada", email="ada@example.com", email_verified="true")
    requests = Requests()
    requests.seen = {"UserPoolId": [world.pool_id], "ClientId": [world.client_id]}
    requests.learn(world.get_tokens())
    for operation in data.draw(st.lists(st.sampled_from(sorted(OPERATIONS)), min_size=1, max_size=25)):
        shape = SHAPES[operation]
        request: dict[str, Any] = requests.make(data.draw, shape) if shape else {}
        before = repr(request)
        with suppress(ServiceError):
            requests.learn(world.call(operation, **request))
        assert repr(request) == before  # the caller's values are not changed
        clock.forward(seconds=data.draw(st.sampled_from([0, 1, 200, 4000])))
